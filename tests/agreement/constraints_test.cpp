// Constraints = interpreter on random walks and checks of registers, with concrete inputs in place of the symbolic
// ones.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/smt/meaning.h"
#include "tests/support/generators.h"
#include "tests/support/header.h"
#include "tests/support/spec_under_test.h"

namespace {

using support::Circumstances;
using support::Outcome;
using support::spec_under_test;

void set_inputs(z3::context& context, const model::Circumstances& from, model::Inputs& inputs) {
  const auto value = [&](std::uint64_t number) { return model::word(context, number); };
  inputs.configuration.maxphyaddr = value(static_cast<std::uint64_t>(from.maxphyaddr));
  for (std::size_t n = 0; n < from.registers.size(); ++n) inputs.configuration.at(n) = value(from.registers[n]);
}

std::uint64_t number(const model::Terms& terms, const std::string& name) {
  return model::value_of(terms, name).simplify().get_numeral_uint64();
}

Outcome outcome_of(const model::Terms& terms) {
  return {static_cast<support::Result>(number(terms, "result")),
          static_cast<int>(number(terms, "level")),
          number(terms, "host_physical_address"),
          number(terms, "memory_type"),
          number(terms, "ignore_pat"),
          number(terms, "rules"),
          number(terms, "reserved_bits"),
          number(terms, "qualification"),
          number(terms, "qualification_defined"),
          number(terms, "convertible"),
          number(terms, "convertible_defined"),
          number(terms, "guest_physical_address"),
          number(terms, "sub_page_qualification"),
          number(terms, "sub_page_qualification_defined"),
          {number(terms, "accessed_must"), number(terms, "accessed_may")},
          {number(terms, "dirty_must"), number(terms, "dirty_may")}};
}

model::Inputs inputs_of(z3::context& context, const Circumstances& machine, std::uint64_t gpa, std::uint64_t access) {
  model::Inputs inputs(context, spec_under_test());
  set_inputs(context, machine, inputs);
  inputs.gpa = model::word(context, gpa);
  inputs.access = model::word(context, access);
  return inputs;
}

Outcome constraints_walk(const Circumstances& machine, std::uint64_t gpa, std::uint64_t access,
                         const std::vector<std::uint64_t>& entries) {
  z3::context context;
  model::Inputs inputs = inputs_of(context, machine, gpa, access);
  const int levels = (machine.eptp & 0x38) == 0x20 ? 5 : 4;
  for (int level = 1; level <= levels; ++level) {
    inputs.entries.at(static_cast<std::size_t>(level - 1)) =
        model::word(context, entries.at(static_cast<std::size_t>(levels - level)));
  }
  return outcome_of(model::Meaning(context, spec_under_test(), inputs).walk());
}

Outcome constraints_check_sub_page(const Circumstances& machine, std::uint64_t gpa, std::uint64_t access,
                                   const std::vector<std::uint64_t>& entries) {
  z3::context context;
  model::Inputs inputs = inputs_of(context, machine, gpa, access);
  for (std::size_t n = 0; n < entries.size(); ++n) inputs.entries.at(3 - n) = model::word(context, entries[n]);
  return outcome_of(model::Meaning(context, spec_under_test(), inputs).sub_page_check());
}

RC_GTEST_PROP(Agreement, constraints_and_interpreter_walk_alike, ()) {
  const Circumstances machine = *support::any_machine();
  const std::uint64_t gpa = *support::any_gpa();
  const std::uint64_t access = *support::any_access(spec_under_test());
  const auto entries = *rc::gen::container<std::vector<std::uint64_t>>(5, support::any_entry());
  RC_ASSERT(constraints_walk(machine, gpa, access, entries) ==
            model::Interpreter(spec_under_test()).walk(machine, gpa, access, support::in_order(entries)));
}

RC_GTEST_PROP(Agreement, constraints_and_interpreter_check_sub_pages_alike, ()) {
  const Circumstances machine = *support::any_machine();
  const std::uint64_t gpa = *support::any_gpa();
  const std::uint64_t access = *support::any_access(spec_under_test());
  const auto entries = *support::any_sub_page_entries();
  RC_ASSERT(constraints_check_sub_page(machine, gpa, access, entries) ==
            model::Interpreter(spec_under_test()).check_sub_page(machine, gpa, access, support::in_order(entries)));
}

RC_GTEST_PROP(Agreement, constraints_and_interpreter_check_registers_alike, ()) {
  const model::Circumstances machine = support::circumstances_of(*support::any_registers());
  z3::context context;
  model::Inputs inputs(context, spec_under_test());
  set_inputs(context, machine, inputs);
  for (std::size_t n = 0; n < spec_under_test().checks.size(); ++n) {
    if (!is_whole(spec_under_test(), n)) continue;
    const spec::Check& check = spec_under_test().checks[n];
    const model::Terms terms = model::Meaning(context, spec_under_test(), inputs).check(check);
    const model::CheckResult expected = model::Interpreter(spec_under_test()).check(machine, check);
    RC_ASSERT(number(terms, "outcome") == expected.outcome);
    RC_ASSERT(terms.size() == expected.rules.size() + 1);
    for (const auto& [id, rules] : expected.rules) RC_ASSERT(number(terms, "rules_" + id) == rules);
  }
}

}  // namespace
