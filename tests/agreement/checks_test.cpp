// Checks of registers: emitted header = interpreter, on registers near a legal case. The constraints are held against
// the interpreter in constraints_test.cpp.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "spec/draw.h"
#include "tests/support/generators.h"
#include "tests/support/spec_under_test.h"

namespace {

using support::spec_under_test;

const model::Interpreter& oracle_of_checks() {
  static const model::Interpreter interpreter(spec_under_test());
  return interpreter;
}

std::size_t check_id(const std::string& id) {
  return static_cast<std::size_t>(find_id(spec_under_test().checks, id) - spec_under_test().checks.data());
}

ept_check_result header_check(std::size_t check, const ept_registers& registers) {
  return ept_check(static_cast<ept_check_id>(check), &registers);
}

// Every set of rules and the outcome; a check that takes no part has no rules.
bool same(const ept_check_result& header, const model::CheckResult& expected) {
  std::vector<std::uint64_t> rules(EPT_CHECKS);
  for (const auto& [id, set] : expected.rules) rules.at(check_id(id)) = set;
  return header.outcome == expected.outcome && std::equal(rules.begin(), rules.end(), std::begin(header.rules));
}

std::string shown(const ept_registers& registers) {
  std::string text;
  const model::Circumstances machine = support::circumstances_of(registers);
  for (std::size_t n = 0; n < machine.registers.size(); ++n) {
    const spec::Register& one = spec_under_test().registers[n];
    if (machine.registers[n] != 0)
      text += one.id + " " + spec::draw(one, machine.registers[n], machine.maxphyaddr) + "\n";
  }
  return text;
}

RC_GTEST_PROP(Agreement, header_and_interpreter_check_registers_alike, ()) {
  const ept_registers registers = *support::any_registers();
  RC_LOG() << shown(registers);
  for (std::size_t n = 0; n < spec_under_test().checks.size(); ++n) {
    if (!is_whole(spec_under_test(), n)) continue;
    const spec::Check& check = spec_under_test().checks[n];
    const ept_check_result found = header_check(n, registers);
    RC_CLASSIFY(true, check.id + " " + std::to_string(found.outcome));
    RC_ASSERT(same(found, oracle_of_checks().check(support::circumstances_of(registers), check)));
  }
}

RC_GTEST_PROP(Agreement, header_and_interpreter_derive_the_same_settings, ()) {
  const ept_registers registers = *support::any_registers();
  const model::Circumstances machine = support::circumstances_of(registers);
  const auto low = [&](const char* word) {
    return oracle_of_checks().value(machine, word_of(spec_under_test(), word));
  };
  RC_ASSERT(ept_required_primary_controls(&registers) == (low("primary_allowed") & 0xffffffff));
  RC_ASSERT(ept_allowed_primary_controls(&registers) == low("primary_allowed") >> 32);
  RC_ASSERT(ept_required_pin_based_controls(&registers) == (low("pin_based_allowed") & 0xffffffff));
  RC_ASSERT(ept_allowed_vm_exit_controls(&registers) == low("exit_allowed") >> 32);
  RC_ASSERT(ept_allowed_vm_entry_controls(&registers) == low("entry_allowed") >> 32);
  RC_ASSERT(ept_allowed_secondary_controls(&registers) == low("secondary_supported"));
}

// What random registers broke and reached: by check, sets of rules and of outcomes.
struct Reached {
  std::vector<std::uint64_t> rules = std::vector<std::uint64_t>(EPT_CHECKS);
  std::vector<std::uint64_t> outcomes = std::vector<std::uint64_t>(EPT_CHECKS);
};

Reached reached_by(int samples) {
  const rc::Gen<ept_registers> any = support::any_registers();
  rc::Random random(20260701);
  Reached reached;
  for (int sample = 0; sample < samples; ++sample) {
    const ept_registers registers = any(random.split(), 100).value();
    for (std::size_t n = 0; n < EPT_CHECKS; ++n) {
      const ept_check_result found = header_check(n, registers);
      reached.outcomes[n] |= std::uint64_t{1} << found.outcome;
      for (std::size_t i = 0; i < EPT_CHECKS; ++i) reached.rules[i] |= found.rules[i];
    }
  }
  return reached;
}

// That the random registers say something of each rule and each outcome.
TEST(Agreement, random_registers_break_each_rule_and_reach_each_outcome_of_each_check) {
  const Reached reached = reached_by(100000);
  for (std::size_t n = 0; n < EPT_CHECKS; ++n) {
    const spec::Check& check = spec_under_test().checks[n];
    for (const spec::Rule& rule : check.rules) EXPECT_NE(reached.rules[n] >> rule.bit & 1, 0U) << rule.id;
    if (!is_whole(spec_under_test(), n)) continue;
    EXPECT_EQ(reached.outcomes[n], (2U << check.endings.size()) - 1) << check.id;
  }
}

}  // namespace
