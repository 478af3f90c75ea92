#include "harness/judge/case.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "ept_controls.h"
#include "harness/adapters/abi_model.h"
#include "harness/support/names.h"
#include "vectors/format/names.h"

namespace harness {

namespace {

using vectors::same;

constexpr std::array kQuestionBits = {EPTSPEC_QUESTION_EPTP, EPTSPEC_QUESTION_ENTRY, EPTSPEC_QUESTION_WALK,
                                      EPTSPEC_QUESTION_SUB_PAGE, EPTSPEC_QUESTION_CHECK};
static_assert(kQuestionBits.size() == vectors::kQuestions.size());

// Whether the manual says of the case with this configuration what the vector expects. The entries may end too soon
// for a walk that goes further there.
bool applies(const vectors::Vector& vector, const ept_registers& registers) {
  const bool is_check = vector.asked.question == vectors::Question::check;
  const bool eptp_matters = vector.asked.question != vectors::Question::eptp && !is_check;
  if (eptp_matters && vectors::eptp_rules_of(registers) != 0) return false;
  if (same(registers, vector.asked.registers)) return true;
  vectors::Case there = vector.asked;
  there.registers = registers;
  if (there.question == vectors::Question::sub_page && !vectors::reaches_sub_page_check(there)) return false;
  if (there.question == vectors::Question::walk) there.entries.resize(5, 0);
  return same(vectors::expected_of(there), vector.expected);
}

struct Difference {
  std::string text;
  ept_registers undone;  // the adapter's configuration with this one thing as the vector has it
};

std::vector<Difference> differences(ept_registers wanted, ept_registers has) {
  std::vector<Difference> all;
  if (wanted.maxphyaddr != has.maxphyaddr) {
    all.push_back({fmt::format("maxphyaddr is {}, not {}", has.maxphyaddr, wanted.maxphyaddr), has});
    all.back().undone.maxphyaddr = wanted.maxphyaddr;
  }
  const auto add = [&](ept_register number, std::span<const Name> names, const char* kind) {
    const ept_word value = *ept_register_word(&wanted, number);
    for (const Name& name : names) {
      const ept_word differing = (value ^ *ept_register_word(&has, number)) & name.bits;
      if (differing == 0) continue;
      const bool lacks = (value & name.bits) != 0;
      all.push_back({fmt::format("{} {} is {}", kind, name.name, lacks ? "missing" : "always on"), has});
      *ept_register_word(&all.back().undone, number) ^= differing;
    }
  };
  add(EPT_REGISTER_CAPABILITY, ept_capability_names, "capability");
  for (const vectors::Controls& word : vectors::kControls) add(word.number, vectors::vocabulary_of(word), "control");
  add(EPT_REGISTER_PARAMETERS, ept_parameters_names, "parameter");
  return all;
}

// The one thing that stands in the way; or those of which each would; or all that differs.
std::string obstacle(const vectors::Vector& vector, const ept_registers& has) {
  if (vector.asked.question == vectors::Question::check)
    return "with its capability MSRs the check says something else";
  const std::vector<Difference> all = differences(vector.asked.registers, has);
  const std::vector<Difference> done = differences(has, vector.asked.registers);  // in the same order
  std::string each;
  std::string any;
  for (std::size_t n = 0; n < all.size(); ++n) {
    if (applies(vector, all[n].undone)) return all[n].text;
    any += (any.empty() ? "" : ", ") + all[n].text;
    if (!applies(vector, done[n].undone)) each += (each.empty() ? "" : ", ") + all[n].text;
  }
  return each.empty() ? any : each;
}

// The first of the parameters that are not known and on which it depends whether the vector applies; null for none.
const Name* undecided(const vectors::Vector& vector, ept_registers there, ept_word unknown) {
  for (const Name& parameter : ept_parameters_names) {
    if ((parameter.bits & unknown) == 0) continue;
    there.parameters ^= parameter.bits;
    const bool still = applies(vector, there);
    there.parameters ^= parameter.bits;
    if (!still) return &parameter;
  }
  return nullptr;
}

// The processor's MSRs; controls that differ as much from those that must be 1 there; everything else as it is.
ept_registers check_put(ept_registers wanted, const Description& description) {
  ept_registers result = description.configuration;
  for (int n = 0; n < EPT_REGISTERS; ++n) {
    const ept_register_role role = ept_register_names[n].role;
    if (role == EPT_ROLE_CAPABILITY || role == EPT_ROLE_CHOICE) continue;
    const ept_word difference = *ept_register_word(&wanted, n) ^ ept_required(&wanted, n);
    *ept_register_word(&result, n) = difference ^ ept_required(&description.configuration, n);
  }
  return result;
}

ept_registers walk_put(ept_registers wanted, const Description& description) {
  ept_registers has = description.configuration;
  ept_registers may = description.optional_controls;
  ept_registers result{};
  result.maxphyaddr = has.maxphyaddr;
  for (const ept_register n : ept_configuration_registers)
    *ept_register_word(&result, n) =
        *ept_register_word(&has, n) | (*ept_register_word(&wanted, n) & *ept_register_word(&may, n));
  result.eptp = wanted.eptp;
  result.sub_page_table_pointer = wanted.sub_page_table_pointer;
  return result;
}

}  // namespace

ept_registers registers_put(const vectors::Case& asked, const Description& description) {
  if (description.any_configuration) return asked.registers;
  return asked.question == vectors::Question::check ? check_put(asked.registers, description)
                                                    : walk_put(asked.registers, description);
}

ept_registers widest(const Description& description) { return walk_put(description.optional_controls, description); }

bool lay_out(const vectors::Case& asked, PutCase& put) {
  const auto count = static_cast<std::uint32_t>(asked.entries.size());
  const bool walks = vectors::has_outcome(asked.question);
  put.words.resize(count);
  bool apart = true;
  for (std::uint32_t n = 0; n < count; ++n) {
    const ept_word address = walks ? vectors::address_of(asked, n) : 0;
    put.words[n] = {address, asked.entries[n]};
    for (std::uint32_t m = 0; m < n; ++m)
      apart &= put.words[m].address != address || put.words[m].value == asked.entries[n];
  }
  return apart;
}

Judgement prepare(const vectors::Vector& vector, const Description& description, std::uint64_t id, PutCase& put) {
  const vectors::Case& asked = vector.asked;
  put.id = id;
  put.question = kQuestionBits.at(static_cast<std::size_t>(asked.question));
  put.level = static_cast<std::uint32_t>(asked.level);
  put.check = static_cast<std::uint32_t>(asked.check);
  put.guest_physical_address = asked.guest_physical_address;
  put.access = asked.access;
  const ept_registers there = registers_put(asked, description);
  put.registers = there;
  if (!description.any_configuration && !applies(vector, there))
    return {Verdict::not_applicable, obstacle(vector, there), {}};
  if (const Name* parameter = undecided(vector, there, description.unknown_parameters); parameter != nullptr) {
    return {Verdict::not_applicable, fmt::format("the manual leaves it to the processor: {}", parameter->name), {}};
  }
  if ((description.questions & put.question) == 0)
    return {Verdict::skipped, "the adapter does not answer this question", {}};
  if (!lay_out(asked, put)) return {Verdict::skipped, "two of its tables have the same address", {}};
  return {Verdict::pass, {}, {}};
}

}  // namespace harness
