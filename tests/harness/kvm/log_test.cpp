// What a kernel's log says of its health.
#include <gtest/gtest.h>

#include "harness/kvm/launcher_output.h"

namespace {

using harness::tail_of;
using harness::trouble_in;

TEST(KernelLog, panic_is_trouble_and_named_by_its_line) {
  EXPECT_EQ(trouble_in("[1.0] fine\r\n[1.1] Kernel panic - not syncing: No working init found.\r\n[1.2] x\n"),
            "[1.1] Kernel panic - not syncing: No working init found.");
}

TEST(KernelLog, warnings_bugs_and_oopses_are_trouble) {
  for (const char* line : {"WARNING: CPU: 0 PID: 1 at arch/x86/kvm/vmx/nested.c:4792 nested_vmx_vmexit",
                           "BUG: kernel NULL pointer dereference, address: 0000000000000000",
                           "kernel BUG at arch/x86/kvm/mmu/mmu.c:1!", "Oops: 0000 [#1] PREEMPT SMP NOPTI",
                           "general protection fault, probably for non-canonical address 0x0: 0000 [#1]"}) {
    EXPECT_EQ(trouble_in(line), line);
  }
}

TEST(KernelLog, what_bochs_makes_linux_complain_of_is_no_trouble) {
  EXPECT_EQ(trouble_in("[Firmware Bug]: TSC_DEADLINE disabled due to Errata\n"
                       "PCI: Fatal: No config space access function found\n"),
            "");
}

TEST(KernelLog, tail_is_the_last_lines_or_those_from_the_trouble_on) {
  std::string log;
  for (int n = 0; n < 100; ++n) log += "line " + std::to_string(n) + "\n";
  EXPECT_EQ(tail_of(log).substr(0, 10), "  line 80\n");
  EXPECT_EQ(tail_of("WARNING: first\n" + log).substr(0, 17), "  WARNING: first\n");
  EXPECT_EQ(tail_of(""), "");
}

}  // namespace
