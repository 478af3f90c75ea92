// Judging checks: what the manual leaves open is not held against anybody, everything else is.
#include <gtest/gtest.h>

#include "harness/judge/case.h"
#include "harness/judge/judge.h"

namespace {

using harness::Verdict;

// VM entry in 64-bit mode with plain controls.
vectors::Vector plain_entry() {
  vectors::Vector vector;
  vector.asked.question = vectors::Question::check;
  vector.asked.check = EPT_CHECK_VM_ENTRY;
  ept_registers& has = vector.asked.registers;
  has.maxphyaddr = 46;
  has.vmx_pinbased_ctls = 0x7f00000016;
  has.vmx_procbased_ctls = 0xfff9fffe0401e172;
  has.vmx_exit_ctls = 0x7fffff00036dff;
  has.vmx_entry_ctls = 0xffff000011ff;
  has.pin_based_controls = 0x16;
  has.primary_controls = 0x401e172;
  has.vm_exit_controls = 0x36fff;
  has.vm_entry_controls = 0x13ff;
  has.processor_state = 0x41;
  return vector;
}

Verdict verdict_of(vectors::Vector vector, const harness::Answer& with) {
  vector.expected = vectors::expected_of(vector.asked);
  harness::PutCase put{};
  const auto reference = harness::open_reference();
  EXPECT_EQ(harness::prepare(vector, reference->description(), 1, put).verdict, Verdict::pass);
  harness::Observation observed{harness::Fate::answered, with, {}};
  observed.answer.id = 1;
  observed.answer.status = EPTSPEC_ANSWERED;
  return judge(vector, put, observed).verdict;
}

harness::Answer vm_fail(std::uint32_t error) {
  harness::Answer answer{};
  answer.result = EPTSPEC_CHECK_VM_FAIL;
  answer.valid = EPTSPEC_VALID_VM_INSTRUCTION_ERROR;
  answer.vm_instruction_error = error;
  return answer;
}

harness::Answer other(std::uint32_t result, std::uint32_t exception = 0, std::uint32_t exit_reason = 0) {
  harness::Answer answer{};
  answer.result = result;
  answer.exception = exception;
  answer.exit_reason = exit_reason;
  return answer;
}

TEST(CheckJudge, what_is_accepted_must_be) {
  EXPECT_EQ(verdict_of(plain_entry(), other(EPTSPEC_CHECK_ACCEPTED)), Verdict::pass);
  EXPECT_EQ(verdict_of(plain_entry(), vm_fail(7)), Verdict::fail);
}

TEST(CheckJudge, a_refusal_has_its_number) {
  vectors::Vector vector = plain_entry();
  vector.asked.registers.pin_based_controls = 0x14;
  EXPECT_EQ(verdict_of(vector, vm_fail(7)), Verdict::pass);
  EXPECT_EQ(verdict_of(vector, vm_fail(8)), Verdict::fail);
  EXPECT_EQ(verdict_of(vector, other(EPTSPEC_CHECK_ACCEPTED)), Verdict::fail);
}

// The section on the address-space size does not say which of the errors it gives.
TEST(CheckJudge, where_the_manual_leaves_two_errors_either_will_do) {
  vectors::Vector vector = plain_entry();
  vector.asked.registers.vm_exit_controls = 0x36dff;
  EXPECT_EQ(verdict_of(vector, vm_fail(7)), Verdict::pass);
  EXPECT_EQ(verdict_of(vector, vm_fail(8)), Verdict::pass);
  EXPECT_EQ(verdict_of(vector, vm_fail(12)), Verdict::fail);
  vector.asked.registers.pin_based_controls = 0x14;  // and error 7, in whichever order
  EXPECT_EQ(verdict_of(vector, vm_fail(8)), Verdict::pass);
}

// The figure of the descriptor reserves bits that the operation of INVEPT does not test.
TEST(CheckJudge, what_may_be_refused_may_be_accepted) {
  vectors::Vector vector = plain_entry();
  vector.asked.check = EPT_CHECK_INVEPT;
  vector.asked.registers.vmx_procbased_ctls |= 1ULL << 63;
  vector.asked.registers.vmx_procbased_ctls2 = 2ULL << 32;
  vector.asked.registers.capability = 0x6114040;
  vector.asked.registers.invept_type = 2;
  vector.asked.registers.invept_descriptor_high = 1;
  EXPECT_EQ(verdict_of(vector, other(EPTSPEC_CHECK_ACCEPTED)), Verdict::pass);
  EXPECT_EQ(verdict_of(vector, vm_fail(28)), Verdict::pass);
  EXPECT_EQ(verdict_of(vector, vm_fail(7)), Verdict::fail);
  vector.asked.registers.processor_state = 0x42;  // in a guest
  EXPECT_EQ(verdict_of(vector, other(EPTSPEC_CHECK_VM_EXIT, 0, 50)), Verdict::pass);
  EXPECT_EQ(verdict_of(vector, other(EPTSPEC_CHECK_VM_EXIT, 0, 18)), Verdict::fail);
  EXPECT_EQ(verdict_of(vector, other(EPTSPEC_CHECK_EXCEPTION, 6)), Verdict::fail);
}

}  // namespace
