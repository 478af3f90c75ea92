#include "vectors/mutants/answer.h"

#include <bit>
#include <string_view>

namespace vectors {

namespace {

model::Circumstances circumstances_of(const Case& asked) {
  const ept_configuration& from = asked.configuration;
  return {static_cast<int>(from.maxphyaddr), from.capability,        from.pin_based_controls, from.primary_controls,
          from.secondary_controls,           from.tertiary_controls, from.parameters,         asked.eptp};
}

ept_word read_word(const Case& asked, ept_word address) {
  for (std::size_t n = 0; n < asked.entries.size(); ++n) {
    if (address_of(asked, n) == address) return asked.entries[n];
  }
  return 0;
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

}  // namespace

Answer expected_answer(const Case& asked, const Expected& expected) {
  if (asked.question == Question::eptp) return {expected.eptp_rules != 0 ? ept_word{1} : 0, {}, {}};
  if (asked.question == Question::entry) return {expected.classification.kind, {}, {}};
  return answer_of(expected.outcome, [](const ept_outcome_member& member) { return member.flag; });
}

bool fits_memory(const Case& asked) {
  bool fits = true;
  for (std::size_t n = 0; asked.question == Question::walk && n < asked.entries.size(); ++n)
    fits = fits && read_word(asked, address_of(asked, n)) == asked.entries[n];
  return fits;
}

Answer answer_by(const spec::Spec& spec, const model::Interpreter& interpreter, const Case& asked) {
  const model::Circumstances machine = circumstances_of(asked);
  if (asked.question == Question::eptp) return {interpreter.eptp_rules(machine) != 0 ? ept_word{1} : 0, {}, {}};
  if (asked.question == Question::entry)
    return {static_cast<ept_word>(interpreter.classify(machine, asked.level, asked.entries.at(0)).kind), {}, {}};
  const model::Outcome from = interpreter.walk(machine, asked.guest_physical_address, asked.access,
                                               [&](ept_word address) { return read_word(asked, address); });
  // Both have the members of the specification in its order; that they mean the same is what disagreements() finds out.
  return answer_of(std::bit_cast<ept_outcome>(from),
                   [&](const ept_outcome_member& member) { return flag_of(member, spec); });
}

}  // namespace vectors
