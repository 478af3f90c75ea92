// Mutants of the checks: which of them the vectors of all profiles do not detect.
#include <set>

#include <gtest/gtest.h>

#include "tests/vectors/checks/all_vectors.h"
#include "vectors/mutants/check_mutants.h"

namespace {

using support::spec_under_test;
using Fate = vectors::CheckFinding::Fate;

TEST(CheckMutants, those_that_no_vector_detects_are_these) {
  const vectors::Mutants mutants = vectors::check_mutants(spec_under_test());
  const auto findings = vectors::assess_checks(spec_under_test(), mutants, support::all_check_vectors());
  ASSERT_EQ(findings.size(), mutants.size());
  std::set<std::string> alive;
  std::size_t killed = 0;
  for (std::size_t n = 0; n < mutants.size(); ++n) {
    killed += findings[n].fate == Fate::killed ? 1 : 0;
    if (findings[n].fate == Fate::alive) alive.insert(mutants[n].id);
  }
  EXPECT_GT(killed, 1600U);
  EXPECT_EQ(
      alive,
      (std::set<std::string>{
          // A field beside the one that counts would have to be 1.
          "vm_entry_controls/injected_error_code_bit_15/when.1/as_event_type",
          "vm_entry_controls/injected_error_code_reserved_bit/when.1/as_event_type",
          "vm_execution_controls/nmi_window_exiting_without_virtual_nmis/when.1.0/as_nmi_exiting",
          // A guest with a VM function that the manual does not name would show it. The goals of function 1 are
          // met outside a guest, too.
          "vmfunc/eptp_list_entry_beyond_32_bits/when.0/with_1", "vmfunc/eptp_list_entry_beyond_32_bits/when/without_0",
          "vmfunc/eptp_list_entry_other_walk_length/when.0/with_1",
          "vmfunc/eptp_list_entry_other_walk_length/when/without_0", "vmfunc/eptp_list_index_too_large/when.0/with_1",
          "vmfunc/eptp_list_index_too_large/when/without_0"}));
}

TEST(CheckMutants, a_changed_specification_is_the_same_without_its_mutant) {
  const vectors::Mutants none = {{"vmfunc/vm_function_number_too_large/when/nothing", "", "", [](spec::Spec&) {}}};
  const auto findings = vectors::assess_checks(spec_under_test(), none, support::all_check_vectors());
  EXPECT_EQ(findings.front().fate, Fate::equivalent);
}

}  // namespace
