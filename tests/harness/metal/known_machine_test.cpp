// What is asked of a machine follows the specification: every control and parameter that it names, without a list here.
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/metal/known_machine.h"
#include "tests/support/spec_under_test.h"

namespace {

// A machine whose every capability bit is 1.
harness::Description described_with_all_bits() {
  harness::Results results;
  image::Probe probe{};
  std::fill(std::begin(probe.msr), std::end(probe.msr), ~std::uint64_t{0});
  probe.maxphyaddr = 40;
  results.probe = probe;
  image::Record record{};
  record.id = harness::kProbeCase;
  record.end = image::End::exit;
  results.records = {record};
  return harness::known_machine("all", results).description;
}

// Of the specification; but for those that every case has.
std::uint64_t controls(spec::Word word, const std::string& always) {
  std::uint64_t bits = 0;
  for (const spec::NamedBits& control : support::spec_under_test().controls) {
    if (control.word == word && control.id != always) bits |= mask_of(control.bits);
  }
  return bits;
}

TEST(KnownMachine, every_control_of_the_specification_may_be_1_where_the_machine_has_all) {
  const auto optional = described_with_all_bits().optional_controls;
  EXPECT_EQ(optional.pin_based_controls, controls(spec::Word::pin_based, ""));
  EXPECT_EQ(optional.primary_controls, controls(spec::Word::primary, "activate_secondary_controls"));
  EXPECT_EQ(optional.secondary_controls, controls(spec::Word::secondary, "enable_ept"));
  EXPECT_EQ(optional.tertiary_controls, controls(spec::Word::tertiary, ""));
}

TEST(KnownMachine, every_parameter_is_unknown) {
  std::uint64_t unknown = 0;
  for (const spec::NamedBits& parameter : support::spec_under_test().parameters) {
    unknown |= mask_of(parameter.bits);
  }
  EXPECT_EQ(described_with_all_bits().unknown_parameters, unknown);
}

}  // namespace
