// What a target's processor says it can do, as values: its capability MSRs, what is wrong or unusual in them, and what
// EPT can do. Owns no computation (harness/cli/capabilities.cpp) and no words (harness/report/capabilities.h). Tests:
// tests/harness/report/capabilities_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vectors/format/vector.h"

namespace harness {

// MAXPHYADDR and capability MSRs, all else 0. The width is 0 of a target that takes any configuration.
struct Processor {
  ept_registers registers{};
  bool operator==(const Processor& other) const { return vectors::same(registers, other.registers); }
};

struct Capabilities {
  struct Msr {
    std::uint64_t number = 0;
    std::string name;  // "vmx_basic"
    std::uint64_t value = 0;
    bool operator==(const Msr&) const = default;
  };
  // A rule on MSR values that is broken for certain.
  struct Remark {
    std::string rule;
    std::string outcome;  // "impossible", "unusual"
    std::string text;
    std::string cite;
    bool operator==(const Remark&) const = default;
  };
  struct Named {
    std::string name;
    std::uint64_t value = 0;
    bool operator==(const Named&) const = default;
  };

  std::uint64_t maxphyaddr = 0;
  std::vector<Msr> msrs;        // one that is not here is 0, does not exist, or was not told
  std::vector<Named> ept;       // the fields of IA32_VMX_EPT_VPID_CAP; none when its value is not known
  std::vector<Named> controls;  // that EPT depends on, or that depend on it: 1 for one that may be 1
  std::vector<Remark> msr_values;
  std::vector<std::string> not_judged;  // rules on MSR values that ask for one that is not known
  bool operator==(const Capabilities&) const = default;
};

}  // namespace harness
