// The reports for programs: JSON, JUnit, TAP.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/draw.h"
#include "harness/report/report.h"

namespace harness {

namespace {

using Json = nlohmann::ordered_json;

Json vector_json(const Report& report, std::size_t n) {
  const Judgement& judgement = report.judgements[n];
  Json one = {{"id", report.vectors[n].id}, {"verdict", name_of(judgement.verdict)}};
  if (const KnownDeviation* known = report.assessment.known[n]; known != nullptr) one["known"] = known->reason;
  if (!judgement.reason.empty()) one["reason"] = judgement.reason;
  for (const Deviation& deviation : judgement.deviations) {
    one["deviations"].push_back(
        {{"field", deviation.field}, {"expected", deviation.expected}, {"observed", deviation.observed}});
  }
  return one;
}

std::string xml(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      default: escaped += (c >= ' ' && c <= '~') || c == '\n' ? c : '?';
    }
  }
  return escaped;
}

// One line: what went wrong.
std::string summary(const Judgement& judgement) {
  std::string text = judgement.reason;
  for (const Deviation& one : judgement.deviations) {
    text +=
        fmt::format("{}{}: expected {}, observed {}", text.empty() ? "" : "; ", one.field, one.expected, one.observed);
  }
  return text;
}

std::string junit_body(const Report& report, std::size_t n) {
  const Judgement& judgement = report.judgements[n];
  const std::string message = xml(summary(judgement));
  if (const KnownDeviation* known = report.assessment.known[n]; known != nullptr) {
    return fmt::format("<skipped message=\"known: {}\"/>", xml(known->reason));
  }
  switch (judgement.verdict) {
    case Verdict::pass: return {};
    case Verdict::fail:
      return fmt::format("<failure message=\"{}\">{}</failure>", message, xml(draw(report.vectors[n].asked, "")));
    case Verdict::error:
      return fmt::format("<error message=\"{}\">{}</error>", message, xml(draw(report.vectors[n].asked, "")));
    case Verdict::skipped:
    case Verdict::not_applicable: return fmt::format("<skipped message=\"{}\"/>", message);
  }
  return {};
}

std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '#') c = ' ';  // # begins a directive
  }
  return text;
}

std::string tap_line(const Report& report, std::size_t n) {
  const Judgement& judgement = report.judgements[n];
  const bool wrong = judgement.verdict == Verdict::fail || judgement.verdict == Verdict::error;
  const bool left_out = judgement.verdict == Verdict::skipped || judgement.verdict == Verdict::not_applicable;
  std::string line = fmt::format("{}ok {} - {}", wrong ? "not " : "", n + 1, one_line(report.vectors[n].id));
  if (wrong) line += " " + one_line(summary(judgement));
  if (left_out) line += " # SKIP " + one_line(summary(judgement));
  if (const KnownDeviation* known = report.assessment.known[n]; known != nullptr) {
    line += " # TODO known: " + one_line(known->reason);
  }
  return line + "\n";
}

}  // namespace

std::string json_report(const Report& report) {
  const Counts counts = count(report);
  Json document = {
      {"eptspec_report", 1}, {"target", report.target}, {"name", report.name}, {"version", report.version}};
  for (const Verdict verdict : kVerdicts) document["counts"][name_of(verdict)] = counts[verdict];
  document["counts"]["known"] = counts.known;
  document["exit_code"] = exit_code(report);
  document["baseline_problems"] = report.assessment.problems;
  document["groups"] = Json::array();
  for (const Group& one : group(report)) {
    Json ids = Json::array();
    for (const std::size_t n : one.members) ids.push_back(report.vectors[n].id);
    document["groups"].push_back(
        {{"rule", one.rule}, {"what", one.what}, {"example", report.vectors[one.example].id}, {"vectors", ids}});
  }
  document["vectors"] = Json::array();
  for (std::size_t n = 0; n < report.vectors.size(); ++n) document["vectors"].push_back(vector_json(report, n));
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string junit_report(const Report& report) {
  const Counts counts = count(report);
  std::size_t failures = report.assessment.problems.size();
  std::size_t errors = 0;
  std::size_t skipped = counts[Verdict::skipped] + counts[Verdict::not_applicable] + counts.known;
  std::string cases;
  for (std::size_t n = 0; n < report.vectors.size(); ++n) {
    const bool known = report.assessment.known[n] != nullptr;
    if (!known && report.judgements[n].verdict == Verdict::fail) ++failures;
    if (!known && report.judgements[n].verdict == Verdict::error) ++errors;
    cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\">{}</testcase>\n", xml(rule_of(report.vectors[n])),
                         xml(report.vectors[n].id), junit_body(report, n));
  }
  for (const std::string& problem : report.assessment.problems) {
    cases += fmt::format("    <testcase classname=\"baseline\" name=\"{0}\"><failure message=\"{0}\"/></testcase>\n",
                         xml(problem));
  }
  const std::string numbers =
      fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}")",
                  report.vectors.size() + report.assessment.problems.size(), failures, errors, skipped);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"{}\" {}>\n{}  </testsuite>\n"
      "</testsuites>\n",
      xml(fmt::format("{} {}", report.name, report.version)), numbers, cases);
}

std::string tap_report(const Report& report) {
  std::string text = fmt::format("TAP version 13\n1..{}\n", report.vectors.size() + report.assessment.problems.size());
  for (std::size_t n = 0; n < report.vectors.size(); ++n) text += tap_line(report, n);
  std::size_t number = report.vectors.size();
  for (const std::string& problem : report.assessment.problems) {
    text += fmt::format("not ok {} - baseline: {}\n", ++number, one_line(problem));
  }
  return text;
}

}  // namespace harness
