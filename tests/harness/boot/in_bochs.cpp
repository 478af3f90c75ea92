#include "tests/harness/boot/in_bochs.h"

#include <map>

#include "harness/metal/known_machine.h"

namespace support {

harness::BochsOptions on(const char* model) {
  harness::BochsOptions options;
  options.model = model;
  return options;
}

InBochs::InBochs(const char* model) : options_(on(model)) {
  static std::map<std::string, harness::Machine> known;  // a boot takes seconds
  const harness::Machine unknown;
  const auto [found, is_new] = known.try_emplace(model);
  if (is_new) found->second = harness::known_machine("bochs", boot({probe_case(unknown)}, {}, unknown)).machine;
  machine = found->second;
}

std::size_t InBochs::add(const harness::Plan& plan) {
  plans_.push_back(plan);
  plans_.back().made.id = plans_.size();
  return plans_.size() - 1;
}

void InBochs::run() {
  std::vector<harness::MadeCase> cases;
  for (const harness::Plan& plan : plans_) {
    EXPECT_EQ(plan.not_applicable + plan.declined, "");
    cases.push_back(plan.made);
  }
  results = boot(cases, {machine.pages, machine.pages + 0x1000}, machine);
  ASSERT_EQ(results.records.size(), plans_.size()) << results.problem;
}

harness::Results InBochs::boot(std::vector<harness::MadeCase> cases, std::vector<std::uint64_t> pages,
                               const harness::Machine& there) const {
  harness::Job job;
  job.cases = std::move(cases);
  job.pages = std::move(pages);
  job.window_of_tables = there.tables;
  job.window_of_pages = there.pages;
  return run_in_bochs(options_, job);
}

}  // namespace support
