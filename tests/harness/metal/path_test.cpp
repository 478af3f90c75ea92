// The ways on which a hypervisor is made to walk EPT.
#include <gtest/gtest.h>

#include "harness/metal/plan.h"

namespace {

using harness::Machine;
using harness::Path;
using harness::Plan;

constexpr std::uint64_t kGigabyte = std::uint64_t{1} << 30;

Machine machine_on(Path path, bool has_device) {
  Machine machine;
  harness::take_path(path, has_device, machine);
  return machine;
}

Plan plan_of(image::Act act, const Machine& machine) {
  Plan plan;
  plan.made.act = act;
  plan.pages = {machine.pages + 0x5000};
  harness::take_path(machine, plan);
  return plan;
}

TEST(Path, pages_of_a_device_are_behind_memory_and_not_filled) {
  const Machine machine = machine_on(Path::device, true);
  EXPECT_EQ(machine.pages, 2 * kGigabyte);
  EXPECT_TRUE(plan_of(image::Act::read, machine).pages.empty());
  EXPECT_TRUE(plan_of(image::Act::read, machine).declined.empty());
  EXPECT_FALSE(plan_of(image::Act::guest_walk, machine).declined.empty());
}

TEST(Path, second_operands_are_read_and_written_and_never_fetched) {
  const Machine machine = machine_on(Path::second_operand, true);
  for (const image::Act act : {image::Act::read, image::Act::write, image::Act::guest_walk}) {
    const Plan plan = plan_of(act, machine);
    EXPECT_TRUE(plan.declined.empty());
    EXPECT_NE(plan.made.flags & image::kSecondOperand, 0U);
  }
  for (const image::Act act : {image::Act::fetch, image::Act::read_modify_write, image::Act::entry_only}) {
    EXPECT_FALSE(plan_of(act, machine).declined.empty());
  }
}

TEST(Path, machine_without_a_device_has_a_page_of_memory_there) {
  const Machine machine = machine_on(Path::second_operand, false);
  EXPECT_EQ(plan_of(image::Act::read, machine).pages.back(), image::device_behind(machine.pages));
  EXPECT_EQ(machine_on(Path::device, false).pages, kGigabyte);
}

}  // namespace
