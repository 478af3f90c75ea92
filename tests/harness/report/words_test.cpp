// How a deviation, a reason and a cause read.
#include <gtest/gtest.h>

#include "harness/report/forms.h"

namespace {

using harness::Cause;
using harness::Deviation;
using harness::deviation_text;
using harness::Fate;
using harness::Field;
using harness::field_of;
using harness::field_text;
using harness::reason_text;
using harness::Verdict;
using harness::what_text;

TEST(Words, fields_of_a_deviation_have_their_names) {
  EXPECT_EQ(field_text({field_of(EPT_OUTCOME_QUALIFICATION), 0, 1, 4}), "qualification bit 4 (writable)");
  EXPECT_EQ(field_text({Field::entry, 1, 0, 8, 4}), "accessed flag of the level-4 entry afterwards");
  EXPECT_EQ(field_text({Field::entry, 1, 0, 9, 1}), "dirty flag of the level-1 entry afterwards");
  EXPECT_EQ(field_text({Field::entry, 1, 2, {}, 2}), "bits of the level-2 entry afterwards");
  EXPECT_EQ(field_text({field_of(EPT_OUTCOME_MEMORY_TYPE)}), "memory_type");
}

TEST(Words, values_are_results_bits_or_hexadecimal) {
  EXPECT_EQ(deviation_text({Field::result, EPTSPEC_ENTRY_MISCONFIGURED, EPTSPEC_ENTRY_PAGE}),
            "result: expected misconfigured, observed page");
  EXPECT_EQ(deviation_text({field_of(EPT_OUTCOME_QUALIFICATION), 1, 0, 0}),
            "qualification bit 0 (data_read): expected 1, observed 0");
  EXPECT_EQ(deviation_text({field_of(EPT_OUTCOME_HOST_PHYSICAL_ADDRESS), 0x1000, 0}),
            "host_physical_address: expected 0x1000, observed 0x0");
}

TEST(Words, reason_of_an_error_begins_with_what_happened) {
  EXPECT_EQ(reason_text({Verdict::error, "signal 6", {}, Fate::crash}), "crash: signal 6");
  EXPECT_EQ(reason_text({Verdict::error, "too many hangs", {}, Fate::unasked}), "not asked: too many hangs");
  EXPECT_EQ(reason_text({Verdict::skipped, "declined", {}}), "declined");
}

TEST(Words, cause_is_a_rule_and_what_went_wrong) {
  const auto of_result = [](std::uint64_t expected, std::uint64_t observed) {
    return what_text({"rule", Verdict::fail, {Field::result, expected, observed}, {}, {}});
  };
  EXPECT_EQ(of_result(EPTSPEC_WALK_MISCONFIGURATION, EPTSPEC_WALK_TRANSLATED), "misconfiguration missed");
  EXPECT_EQ(of_result(EPTSPEC_WALK_TRANSLATED, EPTSPEC_WALK_MISCONFIGURATION), "misconfiguration reported");
  EXPECT_EQ(of_result(EPTSPEC_WALK_VIOLATION, EPTSPEC_WALK_TRANSLATED), "translated instead of violation");
  const Cause of_field{"", Verdict::fail, {field_of(EPT_OUTCOME_QUALIFICATION), 0, 0, 4}, {}, {}};
  EXPECT_EQ(rule_text(of_field) + ": " + what_text(of_field), "qualification bit 4 (writable): wrong");
}

}  // namespace
