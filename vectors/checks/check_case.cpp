#include "vectors/checks/check_case.h"

#include <algorithm>
#include <array>

#include "vectors/format/vector.h"
#include "vectors/goals/goals.h"

namespace vectors {

namespace {

constexpr ept_word kRootOf64BitMode = 1 | ept_word{4} << 4;  // as the register's fields are
constexpr ept_word kNonRoot = 2;
constexpr std::array<std::pair<std::size_t, std::uint64_t>, 3> kUsual = {
    {{EPT_REGISTER_VM_EXIT_CONTROLS, EPT_EXIT_CONTROL_HOST_ADDRESS_SPACE_SIZE},
     {EPT_REGISTER_VM_ENTRY_CONTROLS, EPT_ENTRY_CONTROL_IA_32E_MODE_GUEST},
     {EPT_REGISTER_PROCESSOR_STATE, kRootOf64BitMode}}};

}  // namespace

bool is_chosen(const spec::Register& one) {
  return one.role == spec::Role::control || one.role == spec::Role::field || one.role == spec::Role::operand;
}

std::vector<std::size_t> chosen_registers(const spec::Spec& spec) {
  std::vector<std::size_t> list;
  for (std::size_t n = 0; n < spec.registers.size(); ++n) {
    if (is_chosen(spec.registers[n])) list.push_back(n);
  }
  return list;
}

std::uint64_t usual_bits(std::size_t number) {
  for (const auto& [of, bits] : kUsual) {
    if (of == number) return bits;
  }
  return 0;
}

bool is_runnable(const ept_registers& registers) {
  if ((registers.processor_state & EPT_PROCESSOR_STATE_VMX_OPERATION) != kNonRoot) return true;
  ept_registers before = registers;
  before.processor_state = kRootOf64BitMode;
  return ept_check(EPT_CHECK_VM_ENTRY, &before).outcome == 0;
}

CheckedProcessor::CheckedProcessor(const spec::Spec& spec, const spec::Profile& profile)
    : spec_(spec), profile_(profile), chosen_(chosen_registers(spec)), knowledge_(knowledge_of(spec, profile)) {
  start_.maxphyaddr = static_cast<ept_word>(profile.maxphyaddr);
  for (std::size_t n = 0; n < spec.registers.size(); ++n) {
    const spec::Register& one = spec.registers[n];
    kinds_.emplace(spec::word_of_register(n), kinds_of(one, profile.maxphyaddr));
    if (one.role == spec::Role::derived) continue;
    if (!is_chosen(one)) {
      *ept_register_word(&start_, static_cast<int>(n)) = profile.registers.at(n);
      continue;
    }
    const auto setting = [&](const std::optional<spec::Operand>& operand, std::uint64_t otherwise) {
      return operand ? value_of(spec, *operand, knowledge_).value : otherwise;
    };
    const bool exists = !one.exists || judge(spec, *one.exists, knowledge_) == spec::Truth::yes;
    const std::uint64_t may_be_1 = one.role == spec::Role::control ? setting(one.allowed_1, 0) : ~std::uint64_t{0};
    masks_.push_back(exists ? spec::mask_of({one.width - 1, 0}) : 0);
    usual_.push_back(setting(one.allowed_0, 0) | (usual_bits(n) & may_be_1));
  }
  for (const spec::Check& check : spec.checks) {
    rules_.push_back(whole_rules(spec, check));
    states_.push_back(given_of(spec, check));
  }
}

ept_registers CheckedProcessor::registers_of(const Choice& choice) const {
  ept_registers registers = start_;
  for (std::size_t i = 0; i < chosen_.size(); ++i)
    *ept_register_word(&registers, static_cast<int>(chosen_[i])) = usual_[i] ^ choice.at(i + 1);
  return registers;
}

Choice CheckedProcessor::choice_of(const ept_registers& registers) const {
  ept_registers copy = registers;
  Choice choice(1, 0);
  for (std::size_t i = 0; i < chosen_.size(); ++i)
    choice.push_back(usual_[i] ^ *ept_register_word(&copy, static_cast<int>(chosen_[i])));
  return choice;
}

bool CheckedProcessor::has(const Choice& choice) const {
  for (std::size_t i = 0; i < chosen_.size(); ++i) {
    if ((choice.at(i + 1) & ~masks_[i]) != 0) return false;
  }
  return true;
}

bool CheckedProcessor::is_in_reach(const CheckGoal& goal) const {
  const spec::Knowledge knowledge = knowledge_of(spec_, profile_);
  return std::ranges::none_of(goal.demands, [&](const spec::Condition& condition) {
    return judge(spec_, condition, knowledge) == spec::Truth::no;
  });
}

void CheckedProcessor::know(const ept_registers& registers) {
  ept_registers copy = registers;
  for (const std::size_t n : chosen_)
    knowledge_[spec::word_of_register(n)] = spec::known(*ept_register_word(&copy, static_cast<int>(n)));
}

bool CheckedProcessor::holds(const spec::Condition& condition) {
  return judge(spec_, condition, knowledge_, kinds_) == spec::Truth::yes;
}

Choice CheckedProcessor::changed(const CheckGoal& goal, Choice choice) const {
  for (const spec::Condition& demand : goal.demands) {
    const bool negated = demand.kind == spec::Condition::Kind::negation;
    const spec::Condition& one = negated ? demand.operands.front() : demand;
    if (one.kind != spec::Condition::Kind::nonzero && one.kind != spec::Condition::Kind::one_of) continue;
    const spec::Derivation::Choice* const effect = effect_of(spec_, one.word);
    const auto found = std::ranges::find(chosen_, spec::register_at(effect == nullptr ? one.word : effect->word));
    if (found == chosen_.end()) continue;
    const auto place = static_cast<std::size_t>(found - chosen_.begin());
    const std::uint64_t mask = mask_of(one.bits);
    const bool is_value = one.kind == spec::Condition::Kind::one_of;
    if (is_value && (negated || one.values.empty())) continue;
    const std::uint64_t set = is_value ? one.values.front() << one.bits.low : mask & (0 - mask);
    choice[place + 1] = (choice[place + 1] & ~mask) | ((usual_[place] ^ (negated ? 0 : set)) & mask);
  }
  return choice;
}

bool CheckedProcessor::accepts(std::size_t check, const Choice& choice) {
  const ept_registers registers = registers_of(choice);
  if (!has(choice) || ept_check(static_cast<ept_check_id>(check), &registers).outcome != 0) return false;
  know(registers);
  return is_runnable(registers) &&
         std::ranges::all_of(states_[check], [&](const spec::Condition& one) { return holds(one); });
}

bool CheckedProcessor::shows(const CheckGoal& goal, const ept_check_result& result, bool others_broken) const {
  const std::vector<WholeRule>& rules = rules_[goal.check];
  const auto broken = [&](const WholeRule& one) { return (result.rules[one.check] & bit_of(one.rule->bit)) != 0; };
  const auto is_only_one = [&] {
    return std::ranges::all_of(rules, [&](const WholeRule& one) { return broken(one) == (&one == &rules[goal.rule]); });
  };
  // The ending would be another if the rule were broken, or not broken: no other rule has the same or an earlier one.
  const auto is_decisive = [&] {
    return std::ranges::none_of(rules, [&](const WholeRule& one) {
      return &one != &rules[goal.rule] && one.ending <= rules[goal.rule].ending && broken(one);
    });
  };
  switch (goal.shows) {
    case CheckGoal::Shows::only_rule: return is_only_one();
    case CheckGoal::Shows::rule:
      return broken(rules[goal.rule]) && result.outcome == rules[goal.rule].ending + 1 &&
             (others_broken || is_decisive());
    case CheckGoal::Shows::not_rule:
      return result.outcome != rules[goal.rule].ending + 1 && (others_broken || is_decisive());
    case CheckGoal::Shows::accepted: return result.outcome == 0;
    case CheckGoal::Shows::two_endings:
      return result.outcome == goal.ending + 1 &&
             std::ranges::any_of(rules, [&](const WholeRule& one) { return one.ending == goal.lower && broken(one); });
  }
  return false;
}

bool CheckedProcessor::meets(const CheckGoal& goal, const Choice& choice) {
  if (!has(choice)) return false;
  const ept_registers registers = registers_of(choice);
  const ept_check_result result = ept_check(static_cast<ept_check_id>(goal.check), &registers);
  if (!shows(goal, result, (choice.front() & kOthersBroken) != 0)) return false;
  if ((choice.front() & kNotRunnable) == 0 && !is_runnable(registers)) return false;
  know(registers);
  const auto all_of_them = [&](const std::vector<spec::Condition>& list) {
    return std::ranges::all_of(list, [&](const spec::Condition& one) { return holds(one); });
  };
  return all_of_them(goal.demands) && all_of_them(states_[goal.check]);
}

bool CheckedProcessor::meets(const CheckGoal& goal, const ept_registers& registers) {
  Choice choice = choice_of(registers);
  choice.front() = kOthersBroken | (is_runnable(registers) ? 0 : kNotRunnable);
  return meets(goal, choice);
}

}  // namespace vectors
