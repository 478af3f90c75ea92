// What is asked again, and in which company.
#include <gtest/gtest.h>

#include "harness/judge/judging.h"
#include "harness/suite/builtin.h"

namespace {

using harness::Verdict;

// Answers the first case of each batch as it should and every later one wrongly, as a hypervisor that goes by what it
// built for the case before.
class Haunted : public harness::Adapter {
 public:
  explicit Haunted(bool remembers) {
    description_.questions = EPTSPEC_QUESTION_ENTRY;
    description_.any_configuration = true;
    description_.remembers = remembers;
  }
  [[nodiscard]] const harness::Description& description() const override { return description_; }
  void run(std::span<const harness::PutCase> cases, std::span<harness::Observation> observed) override {
    for (std::size_t n = 0; n < cases.size(); ++n) {
      observed[n] = {harness::Fate::answered, {}, {}};
      observed[n].answer.id = cases[n].id;
      observed[n].answer.status = EPTSPEC_ANSWERED;
      observed[n].answer.result = n == 0 ? EPTSPEC_ENTRY_PAGE : EPTSPEC_ENTRY_NOT_PRESENT;
    }
  }

 private:
  harness::Description description_;
};

std::vector<Verdict> verdicts_of_two(bool remembers) {
  vectors::Vector vector;
  for (const harness::Smoke& smoke : harness::smoke_vectors(harness::usual_configuration())) {
    const bool entry = smoke.vector.asked.question == vectors::Question::entry;
    if (entry && harness::expected_result(smoke.vector) == EPTSPEC_ENTRY_PAGE) vector = smoke.vector;
  }
  Haunted adapter(remembers);
  std::vector<Verdict> verdicts;
  for (const harness::Judgement& one : run_on(adapter, {vector, vector})) verdicts.push_back(one.verdict);
  return verdicts;
}

TEST(Judging, what_deviates_is_asked_again_alone) {
  EXPECT_EQ(verdicts_of_two(false), (std::vector{Verdict::pass, Verdict::flaky}));
}

TEST(Judging, what_deviates_is_asked_again_in_its_company_where_that_counts) {
  EXPECT_EQ(verdicts_of_two(true), (std::vector{Verdict::pass, Verdict::fail}));
}

}  // namespace
