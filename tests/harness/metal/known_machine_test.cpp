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
  harness::Recorded record{};
  record.id = harness::kProbeCase;
  record.end = image::End::exit;
  results.records = {record};
  return harness::known_machine("all", results).description;
}

// What a walk depends on; but for those that every case has.
std::uint64_t controls(const char* word, std::uint64_t always) {
  return register_of(support::spec_under_test(), word).of_walk & ~always;
}

TEST(KnownMachine, every_control_of_the_specification_may_be_1_where_the_machine_has_all) {
  const auto optional = described_with_all_bits().optional_controls;
  EXPECT_EQ(optional.pin_based_controls, controls("pin_based_controls", 0));
  EXPECT_EQ(optional.primary_controls, controls("primary_controls", EPT_CONTROL_ACTIVATE_SECONDARY_CONTROLS));
  EXPECT_EQ(optional.secondary_controls, controls("secondary_controls", EPT_CONTROL_ENABLE_EPT));
  EXPECT_EQ(optional.tertiary_controls, controls("tertiary_controls", 0));
}

TEST(KnownMachine, every_parameter_is_unknown) {
  EXPECT_EQ(described_with_all_bits().unknown_parameters, controls("parameters", 0));
}

}  // namespace
