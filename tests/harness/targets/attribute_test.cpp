// What is a hypervisor's and what the processor's beneath it.
#include <gtest/gtest.h>

#include "harness/judge/case.h"
#include "harness/suite/builtin.h"
#include "harness/targets/open.h"

namespace {

// Answers every case with the same result.
class Fixed : public harness::Adapter {
 public:
  explicit Fixed(std::uint32_t result, std::vector<harness::Mistake> mistakes = {})
      : result_(result), mistakes_(std::move(mistakes)) {
    description_.name = "beneath";
  }
  [[nodiscard]] const harness::Description& description() const override { return description_; }
  void run(std::span<const harness::PutCase> cases, std::span<harness::Observation> observed) override {
    for (std::size_t n = 0; n < cases.size(); ++n) {
      observed[n] = {harness::Fate::answered, {}, {}};
      observed[n].answer.id = cases[n].id;
      observed[n].answer.status = EPTSPEC_ANSWERED;
      observed[n].answer.result = result_;
      observed[n].mistakes = mistakes_;
    }
  }

 private:
  std::uint32_t result_;
  std::vector<harness::Mistake> mistakes_;
  harness::Description description_;
};

// A page entry that the hypervisor takes for one that is not present.
harness::Report wrong_report(const harness::Description& description) {
  harness::Report report;
  for (harness::Smoke& smoke : harness::smoke_vectors(harness::usual_configuration())) {
    if (smoke.vector.asked.question != vectors::Question::entry) continue;
    report.vectors = {smoke.vector};
    break;
  }
  Fixed hypervisor(EPTSPEC_ENTRY_NOT_PRESENT);
  report.judgements.resize(1);
  harness::PutCase put{};
  harness::prepare(report.vectors[0], description, 1, put);
  harness::Observation observed;
  hypervisor.run({&put, 1}, {&observed, 1});
  report.judgements[0] = harness::judge(report.vectors[0], put, observed);
  EXPECT_EQ(report.judgements[0].verdict, harness::Verdict::fail);
  return report;
}

harness::Description any() {
  harness::Description description;
  description.questions = EPTSPEC_QUESTION_ENTRY;
  description.any_configuration = true;
  return description;
}

TEST(Attribute, same_deviation_of_the_processor_alone_is_the_processors) {
  const harness::Description description = any();
  harness::Report report = wrong_report(description);
  Fixed beneath(EPTSPEC_ENTRY_NOT_PRESENT);
  harness::attribute(beneath, description, report);
  EXPECT_EQ(report.judgements[0].attributed_to, "beneath");
  report.assessment.known.resize(1);
  EXPECT_EQ(harness::count(report).known, 1U);
}

TEST(Attribute, processor_that_deviates_in_more_ways_has_the_deviation_too) {
  const harness::Description description = any();
  harness::Report report = wrong_report(description);
  Fixed beneath(EPTSPEC_ENTRY_NOT_PRESENT, {{EPT_SAVED_GUEST_RIP, 1, 2}});
  harness::attribute(beneath, description, report);
  EXPECT_EQ(report.judgements[0].attributed_to, "beneath");
}

TEST(Attribute, another_answer_of_the_processor_leaves_the_deviation_to_the_hypervisor) {
  const harness::Description description = any();
  for (const std::uint32_t result : {EPTSPEC_ENTRY_PAGE, EPTSPEC_ENTRY_MISCONFIGURED}) {
    harness::Report report = wrong_report(description);
    Fixed beneath(result);
    harness::attribute(beneath, description, report);
    EXPECT_EQ(report.judgements[0].attributed_to, "") << result;
  }
}

TEST(KvmTarget, known_deviations_belong_to_a_version_of_linux) {
  using harness::Target;
  using harness::TargetKind;
  const Target bochs{TargetKind::kvm_bochs, "m", harness::Path::device};
  EXPECT_EQ(harness::baseline_of(bochs, "Linux 6.12.117+deb12-cloud-amd64 #1"), "kvm-bochs_linux-6.12");
  EXPECT_EQ(harness::baseline_of({TargetKind::kvm}, "no version"), "kvm");
  EXPECT_EQ(harness::baseline_of({TargetKind::bochs, "m"}, "Bochs 2.7"), "bochs");
}

}  // namespace
