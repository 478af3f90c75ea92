// eptspec smoke TARGET: a handful of cases for somebody who writes an adapter, each with what it is about.
#include <fmt/format.h>

#include "harness/adapters/abi_model.h"
#include "harness/cli/commands.h"
#include "harness/judge/cause.h"
#include "harness/judge/draw.h"
#include "harness/judge/judging.h"
#include "harness/report/forms.h"
#include "harness/suite/builtin.h"
#include "harness/support/names.h"
#include "harness/targets/open.h"

namespace cli {

namespace {

ept_registers configuration_of(const harness::Description& description) {
  if (description.any_configuration) return harness::usual_configuration();
  return description.configuration;
}

void print_description(const harness::Description& description) {
  fmt::print("{} {}\n", description.name, description.version);
  fmt::print("  answers:");
  for (const auto& [question, name] : harness::kQuestionNames) {
    if ((description.questions & question) != 0) fmt::print(" {}", name);
  }
  const ept_registers& has = description.configuration;
  if (description.any_configuration) {
    fmt::print("\n  takes the configuration of each case\n");
  } else {
    fmt::print("\n  is one processor: maxphyaddr {}, capability {:#x}\n", has.maxphyaddr, has.capability);
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

struct Arguments {
  std::string target;
  harness::AdapterOptions options;
};

int smoke(const Invocation& /*unused*/, const Arguments& arguments) {
  const std::string& target = arguments.target;
  const auto adapter = harness::open_adapter(harness::parse_target(target), arguments.options);
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
    return kDeviations;
  }
  const char* const quote = target.find(' ') == std::string::npos ? "" : "\"";  // as a shell wants it
  fmt::print("{} of {} as the manual says; next: eptspec run {}{}{}\n", passed, all.size(), quote, target, quote);
  return passed == 0 ? kCouldNotRun : 0;
}

}  // namespace

void add_smoke_command(Command& app, Invocation& invocation) {
  Command command = app.add_subcommand("smoke", "Try a few cases on an adapter that is being written");
  auto& arguments = runs<Arguments>(command, invocation, smoke);
  command.add_option("TARGET", arguments.target, "reference, lib:PATH.so or exec:COMMAND").required();
  command.add_option("--timeout", arguments.options.timeout_seconds, "Seconds that an answer may take", seconds());
}

}  // namespace cli
