#include "harness/targets/attribute.h"

#include <fmt/format.h>

#include "harness/boot/bochs.h"
#include "harness/judge/judging.h"

namespace harness {

namespace {

// An adapter that is taken for one of another configuration, so that no case is kept from it.
class Posing : public Adapter {
 public:
  Posing(Adapter& adapter, const Description& description) : adapter_(adapter), description_(description) {}
  [[nodiscard]] const Description& description() const override { return description_; }
  void run(std::span<const eptspec_case> cases, std::span<Observation> observed) override {
    adapter_.run(cases, observed);
  }

 private:
  Adapter& adapter_;
  const Description& description_;
};

}  // namespace

void attribute(Adapter& beneath, const Description& description, Report& report) {
  std::vector<vectors::Vector> asked;
  std::vector<const Judgement*> judgements;
  for (std::size_t n = 0; n < report.vectors.size(); ++n) {
    if (report.judgements[n].verdict != Verdict::fail) continue;
    asked.push_back(report.vectors[n]);
    judgements.push_back(&report.judgements[n]);
  }
  if (asked.empty()) return;
  Posing posing(beneath, description);
  const std::vector<Judgement> alone = run_on(posing, asked);
  const std::string name = beneath.description().name;
  KnownDeviation known{};
  known.reason = fmt::format("{} beneath deviates in the same way", name);
  known.cite = "see the findings of that target";
  known.link = "docs/findings.md#bochs";
  known.expires = "9999-12-31";
  for (std::size_t k = 0; k < asked.size(); ++k) {
    if (alone[k] == *judgements[k]) known.vectors.push_back(asked[k].id);
  }
  if (!known.vectors.empty()) report.baseline.push_back(std::move(known));
}

void attribute_to_bochs(const Description& description, Report& report) {
  constexpr std::string_view kTarget = "kvm-bochs:";
  if (!report.target.starts_with(kTarget)) return;
  const auto bochs = open_bochs("bochs:" + report.target.substr(kTarget.size()), BootFrom::disk);
  attribute(*bochs, description, report);
}

}  // namespace harness
