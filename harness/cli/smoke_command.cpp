// eptspec smoke TARGET: a handful of cases for somebody who writes an adapter, each with what it is about.
#include <memory>

#include <fmt/format.h>

#include "harness/adapters/configuration.h"
#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/judge/cause.h"
#include "harness/judge/draw.h"
#include "harness/judge/judging.h"
#include "harness/report/words.h"
#include "harness/suite/builtin.h"
#include "harness/support/names.h"
#include "harness/targets/open.h"

namespace cli {

namespace {

ept_configuration configuration_of(const harness::Description& description) {
  if (description.any_configuration) return harness::usual_configuration();
  return harness::to_model(description.configuration);
}

void print_description(const harness::Description& description) {
  fmt::print("{} {}\n", description.name, description.version);
  const bool eptp = (description.questions & EPTSPEC_QUESTION_EPTP) != 0;
  const bool entry = (description.questions & EPTSPEC_QUESTION_ENTRY) != 0;
  const bool walk = (description.questions & EPTSPEC_QUESTION_WALK) != 0;
  fmt::print("  answers:{}{}{}\n", eptp ? " eptp" : "", entry ? " entry" : "", walk ? " walk" : "");
  const eptspec_configuration& has = description.configuration;
  if (description.any_configuration) {
    fmt::print("  takes the configuration of each case\n");
  } else {
    fmt::print("  is one processor: maxphyaddr {}, capability {:#x}\n", has.maxphyaddr, has.capability);
  }
}

void print_case(const harness::Smoke& smoke, const harness::Judgement& judgement) {
  using harness::Verdict;
  fmt::print("{:<8} {}  {}\n", name_of(judgement.verdict), smoke.vector.id, smoke.explanation);
  const bool unanswered = judgement.verdict == Verdict::skipped || judgement.verdict == Verdict::not_applicable;
  if (unanswered) fmt::print("         {}\n", judgement.reason);
  if (!deviates(judgement.verdict)) return;
  fmt::print("{}", harness::draw(smoke.vector.asked, "           "));
  for (const harness::Deviation& one : judgement.deviations) {
    fmt::print("           {}\n", deviation_text(one));
  }
  if (const std::string reason = reason_text(judgement); !reason.empty()) fmt::print("           {}\n", reason);
  for (const std::string& place : citations_of(smoke.vector, judgement)) fmt::print("           {}\n", place);
}

int smoke(const std::string& target, const harness::AdapterOptions& options) {
  const std::unique_ptr<harness::Adapter> adapter = harness::open_adapter(harness::parse_target(target), options);
  print_description(adapter->description());
  const std::vector<harness::Smoke> all = harness::smoke_vectors(configuration_of(adapter->description()));
  std::vector<vectors::Vector> vectors;
  vectors.reserve(all.size());
  for (const harness::Smoke& one : all) vectors.push_back(one.vector);
  const std::vector<harness::Judgement> judgements = run_on(*adapter, vectors);
  std::size_t passed = 0;
  std::size_t wrong = 0;
  for (std::size_t n = 0; n < all.size(); ++n) {
    print_case(all[n], judgements[n]);
    if (judgements[n].verdict == harness::Verdict::pass) ++passed;
    if (deviates(judgements[n].verdict)) ++wrong;
  }
  if (wrong != 0) {
    fmt::print("{} of {} as the manual says, {} deviate\n", passed, all.size(), wrong);
    return 1;
  }
  const char* const quote = target.find(' ') == std::string::npos ? "" : "\"";  // as a shell wants it
  fmt::print("{} of {} as the manual says; next: eptspec run {}{}{}\n", passed, all.size(), quote, target, quote);
  return passed == 0 ? 2 : 0;
}

}  // namespace

void add_smoke_command(Command& app, Invocation& invocation) {
  Command* command = app.add_subcommand("smoke", "Try a few cases on an adapter that is being written");
  auto target = std::make_shared<std::string>();
  auto options = std::make_shared<harness::AdapterOptions>();
  command->add_option("TARGET", *target, "reference, lib:PATH.so or exec:COMMAND")->required();
  command->add_option("--timeout", options->timeout_seconds, "Seconds that an answer may take")
      ->check(seconds())
      ->capture_default_str();
  command->callback([&invocation, target, options] { invocation.status = smoke(*target, *options); });
}

}  // namespace cli
