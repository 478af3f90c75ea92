#include "harness/judge/walk_length.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "harness/adapters/abi_model.h"
#include "harness/support/names.h"

namespace harness {

namespace {

const Name& name_of_walk_length() {
  return *std::find_if(std::begin(ept_eptp_names), std::end(ept_eptp_names),
                       [](const Name& one) { return one.bits == EPT_EPTP_WALK_LENGTH; });
}

ept_word read_entry(void* memory, ept_word address) {
  const auto& asked = *static_cast<const vectors::Case*>(memory);
  for (std::size_t n = 0; n < asked.entries.size(); ++n) {
    if (vectors::address_of(asked, n) == address) return asked.entries[n];
  }
  return 0;
}

// The memory of a walk, walked through as many levels as its EPTP does not say.
ept_outcome with_other_length(const vectors::Case& asked) {
  constexpr ept_word kFrom4To5 = ept_word{3 ^ 4} << std::countr_zero(ept_word{EPT_EPTP_WALK_LENGTH});
  vectors::Case memory = asked;
  memory.registers.eptp ^= kFrom4To5;
  const ept_context context = vectors::context_of(memory.registers);
  return ept_walk(&context, asked.guest_physical_address, asked.access, read_entry, &memory);
}

bool fits(const Deviation& one, const ept_outcome& other) {
  if (one.field == Field::result) return one.observed == abi_result(other.result);
  const ept_outcome_member* const member = member_of(one.field);
  if (member == nullptr) return true;  // entries are written at other levels
  const ept_word value = ept_outcome_get(&other, member->member);
  const ept_word defined = member->partner == member->member ? ~ept_word{0} : ept_outcome_get(&other, member->partner);
  if (one.bit ? (defined >> *one.bit & 1) == 0 : defined == 0) return true;
  return one.observed == (one.bit ? value >> *one.bit & 1 : value);
}

}  // namespace

Fit fit_to_other_walk_length(const vectors::Vector& vector, const Judgement& judgement) {
  if (judgement.verdict != Verdict::fail || vector.asked.question != vectors::Question::walk) return Fit::no;
  const ept_outcome other = with_other_length(vector.asked);
  Fit fit = Fit::by_result;
  for (const Deviation& one : judgement.deviations) {
    if (!fits(one, other)) return Fit::no;
    if (one.field == field_of(EPT_OUTCOME_HOST_PHYSICAL_ADDRESS)) fit = Fit::by_address;
  }
  return fit;
}

Cause cause_of_walk_length(const vectors::Vector& vector) {
  const int levels = vector.asked.level;
  return {name_of_walk_length().name,
          Verdict::fail,
          {},
          Fate::answered,
          fmt::format("{} levels instead of {}", levels == 4 ? 5 : 4, levels)};
}

bool is_of_walk_length(const Cause& cause) {
  return cause.verdict == Verdict::fail && cause.rule == name_of_walk_length().name;
}

std::string citation_of_walk_length() { return name_of_walk_length().cite; }

}  // namespace harness
