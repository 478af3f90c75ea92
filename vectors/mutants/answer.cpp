#include "vectors/mutants/answer.h"

namespace vectors {

namespace {

constexpr ept_word kTableAddress = 0xffffffffff000U;  // bits 51:12

ept_word bit_of(const std::array<ept_word, 2>& levels, ept_word bit) { return (levels[0] | levels[1]) != 0 ? bit : 0; }

model::Circumstances circumstances_of(const Case& asked) {
  const ept_configuration& from = asked.configuration;
  return {static_cast<int>(from.maxphyaddr), from.capability,        from.pin_based_controls, from.primary_controls,
          from.secondary_controls,           from.tertiary_controls, from.parameters,         asked.eptp};
}

// Calls `visit` with the address of each entry of a walk and the entry, from the root down, until it says true.
template <class Visit>
bool find_word(const Case& asked, const Visit& visit) {
  ept_word table = asked.eptp & kTableAddress;
  int level = asked.level;
  for (const ept_word entry : asked.entries) {
    const ept_word index = asked.guest_physical_address >> ept_index_low(level--) & 0x1ff;
    if (visit(table | index << 3, entry)) return true;
    table = entry & kTableAddress;
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

ept_word flag_bits(const spec::Spec& spec, const char* id) {
  for (const spec::Flag& flag : spec.flags) {
    if (flag.id == id) return mask_of(flag.bits);
  }
  return 0;
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
  const ept_outcome& from = expected.outcome;
  answer = {from.result,
            static_cast<ept_word>(from.level),
            from.host_physical_address,
            from.memory_type,
            from.ignore_pat,
            from.qualification & from.qualification_defined,
            from.qualification_defined,
            from.convertible & from.convertible_defined,
            from.convertible_defined,
            {from.accessed_must, from.accessed_may},
            {from.dirty_must, from.dirty_may}};
  answer.accessed_bit = bit_of(answer.accessed, EPT_ENTRY_ACCESSED);
  answer.dirty_bit = bit_of(answer.dirty, EPT_ENTRY_DIRTY);
  return answer;
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
  answer = {static_cast<ept_word>(from.result),
            static_cast<ept_word>(from.level),
            from.host_physical_address,
            from.memory_type,
            from.ignore_pat,
            from.qualification & from.qualification_defined,
            from.qualification_defined,
            from.convertible & from.convertible_defined,
            from.convertible_defined,
            {from.accessed.must, from.accessed.may},
            {from.dirty.must, from.dirty.may}};
  answer.accessed_bit = bit_of(answer.accessed, flag_bits(spec, "accessed"));
  answer.dirty_bit = bit_of(answer.dirty, flag_bits(spec, "dirty"));
  return answer;
}

}  // namespace vectors
