// Cases made by hand for one boot of Bochs, and what came of them. Tests: tests/harness/boot/bochs_cases_test.cpp,
// tests/harness/boot/bochs_checks_test.cpp.
#pragma once

#include <gtest/gtest.h>

#include "harness/boot/emulators.h"
#include "harness/metal/plan.h"

namespace support {

harness::BochsOptions on(const char* model);

class InBochs {
 public:
  explicit InBochs(const char* model);

  std::size_t add(const harness::Plan& plan);
  std::size_t add(const harness::PutCase& asked) { return add(plan(machine, asked)); }

  void run();

  [[nodiscard]] const harness::Plan& plan_of(std::size_t n) const { return plans_[n]; }
  [[nodiscard]] harness::Observation seen(std::size_t n) const {
    return observed(machine, plans_[n].walked, plans_[n], results.records[n]);
  }

  harness::Machine machine;
  harness::Results results;

 private:
  [[nodiscard]] harness::Results boot(std::vector<harness::MadeCase> cases, std::vector<std::uint64_t> pages,
                                      const harness::Machine& there) const;

  harness::BochsOptions options_;
  std::vector<harness::Plan> plans_;
};

}  // namespace support
