#include "vectors/mutants/answer.h"

namespace vectors {

namespace {

model::Circumstances circumstances_of(const Case& asked) {
  const ept_configuration& from = asked.configuration;
  return {static_cast<int>(from.maxphyaddr), from.capability,        from.pin_based_controls, from.primary_controls,
          from.secondary_controls,           from.tertiary_controls, from.parameters,         asked.eptp};
}

// Calls `visit` with the address of each entry of a walk and the entry, from the root down, until it says true.
template <class Visit>
bool find_word(const Case& asked, const Visit& visit) {
  ept_word table = asked.eptp & EPT_ENTRY_ADDRESS;
  int level = asked.level;
  for (const ept_word entry : asked.entries) {
    const ept_word index = asked.guest_physical_address >> ept_index_low(level--) & 0x1ff;
    if (visit(table | index << 3, entry)) return true;
    table = entry & EPT_ENTRY_ADDRESS;
  }
  return false;
}

ept_word read_word(const Case& asked, ept_word address) {
  ept_word found = 0;
  find_word(asked, [&](ept_word at, ept_word entry) {
    if (at == address) found = entry;
    return at == address;
  });
  return found;
}

// The flag that a set of levels is about; 0 of other members.
ept_word flag_of(const ept_outcome_member& member, const spec::Spec& spec) {
  for (const spec::Flag& flag : spec.flags) {
    if (member.flag != 0 && std::string_view(member.name).starts_with(flag.id + "_")) return mask_of(flag.bits);
  }
  return 0;
}

template <class FlagOf>
Answer answer_of(const ept_outcome& outcome, const FlagOf& flag_of_member) {
  Answer answer;
  answer.result = outcome.result;
  for (const ept_outcome_member& one : ept_outcome_members) {
    if (!one.reported) continue;
    const bool masked = ept_outcome_members[one.partner].kind == EPT_MEMBER_DEFINED;
    ept_word& value = answer.shown.at(one.member);
    value = ept_outcome_get(&outcome, one.member);
    if (masked) value &= ept_outcome_get(&outcome, one.partner);
    if (value != 0) answer.flags.at(one.member) = flag_of_member(one);
  }
  return answer;
}

ept_outcome outcome_of(const model::Outcome& from) {
  return {static_cast<ept_result>(from.result),
          from.level,
          from.host_physical_address,
          from.memory_type,
          from.ignore_pat,
          from.rules,
          from.reserved_bits,
          from.qualification,
          from.qualification_defined,
          from.convertible,
          from.convertible_defined,
          from.accessed.must,
          from.accessed.may,
          from.dirty.must,
          from.dirty.may};
}

}  // namespace

Answer expected_answer(const Case& asked, const Expected& expected) {
  Answer answer;
  if (asked.question == Question::eptp) {
    answer.result = expected.eptp_rules != 0 ? 1 : 0;
    return answer;
  }
  if (asked.question == Question::entry) {
    answer.result = expected.classification.kind;
    return answer;
  }
  return answer_of(expected.outcome, [](const ept_outcome_member& member) { return member.flag; });
}

bool fits_memory(const Case& asked) {
  if (asked.question != Question::walk) return true;
  return !find_word(asked, [&](ept_word at, ept_word entry) { return read_word(asked, at) != entry; });
}

Answer answer_by(const spec::Spec& spec, const model::Interpreter& interpreter, const Case& asked) {
  const model::Circumstances machine = circumstances_of(asked);
  Answer answer;
  if (asked.question == Question::eptp) {
    answer.result = interpreter.eptp_rules(machine) != 0 ? 1 : 0;
    return answer;
  }
  if (asked.question == Question::entry) {
    answer.result = static_cast<ept_word>(interpreter.classify(machine, asked.level, asked.entries.at(0)).kind);
    return answer;
  }
  const model::Outcome from = interpreter.walk(machine, asked.guest_physical_address, asked.access,
                                               [&](ept_word address) { return read_word(asked, address); });
  return answer_of(outcome_of(from), [&](const ept_outcome_member& member) { return flag_of(member, spec); });
}

}  // namespace vectors
