// The reports for programs that run tests: JUnit and TAP.
#include <fmt/format.h>

#include "harness/judge/citations.h"
#include "harness/judge/draw.h"
#include "harness/report/forms.h"

namespace harness {

namespace {

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

// One line: what went wrong, or why nothing was judged.
std::string summary(const Judgement& judgement) {
  std::string text = judgement.verdict == Verdict::not_applicable ? "not applicable: " : "";
  text += judgement.reason;
  for (const Deviation& one : judgement.deviations) {
    text +=
        fmt::format("{}{}: expected {}, observed {}", text.empty() ? "" : "; ", one.field, one.expected, one.observed);
  }
  return text;
}

// The case, and where the manual says what was expected.
std::string details(const vectors::Vector& vector, const Judgement& judgement) {
  std::string text = draw(vector.asked, "");
  for (const std::string& place : citations_of(vector, judgement)) text += place + "\n";
  return text;
}

std::string junit_body(const Report& report, std::size_t n) {
  const Judgement& judgement = report.judgements[n];
  const std::string message = xml(summary(judgement));
  if (const auto& known = report.assessment.known[n]; !known.empty()) {
    return fmt::format("<skipped message=\"known: {}\"/>", xml(reasons_of(known)));
  }
  switch (judgement.verdict) {
    case Verdict::pass: return {};
    case Verdict::fail:
    case Verdict::flaky:
      return fmt::format("<failure message=\"{}\">{}</failure>", message, xml(details(report.vectors[n], judgement)));
    case Verdict::error:
      return fmt::format("<error message=\"{}\">{}</error>", message, xml(details(report.vectors[n], judgement)));
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
  const bool wrong = deviates(judgement.verdict);
  const bool left_out = judgement.verdict == Verdict::skipped || judgement.verdict == Verdict::not_applicable;
  std::string line = fmt::format("{}ok {} - {}", wrong ? "not " : "", n + 1, one_line(report.vectors[n].id));
  if (wrong) line += " " + one_line(summary(judgement));
  if (left_out) line += " # SKIP " + one_line(summary(judgement));
  if (const auto& known = report.assessment.known[n]; !known.empty()) {
    line += " # TODO known: " + one_line(reasons_of(known));
  }
  return line + "\n";
}

// What a stream judged and did not keep: one more test, which passes, since what deviates in it is of a kept cause.
std::string rest_of(const Report& report) {
  std::string text;
  for (const Verdict verdict : kVerdicts) {
    const std::size_t number = report.rest.of.at(static_cast<std::size_t>(verdict));
    if (number != 0) text += fmt::format("{}{} {}", text.empty() ? "more vectors: " : ", ", number, name_of(verdict));
  }
  return text;
}

}  // namespace

std::string junit_report(const Report& report) {
  std::size_t failures = report.assessment.problems.size();
  std::size_t errors = 0;
  std::size_t skipped = 0;
  std::string cases;
  for (std::size_t n = 0; n < report.vectors.size(); ++n) {
    const bool known = !report.assessment.known[n].empty();
    const Verdict verdict = report.judgements[n].verdict;
    if (!known && (verdict == Verdict::fail || verdict == Verdict::flaky)) ++failures;
    if (!known && verdict == Verdict::error) ++errors;
    if (known || verdict == Verdict::skipped || verdict == Verdict::not_applicable) ++skipped;
    cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\">{}</testcase>\n", xml(rule_of(report.vectors[n])),
                         xml(report.vectors[n].id), junit_body(report, n));
  }
  for (const std::string& problem : report.assessment.problems) {
    cases += fmt::format("    <testcase classname=\"baseline\" name=\"{0}\"><failure message=\"{0}\"/></testcase>\n",
                         xml(problem));
  }
  const std::string rest = rest_of(report);
  if (!rest.empty()) cases += fmt::format("    <testcase classname=\"random\" name=\"{}\"></testcase>\n", rest);
  const std::size_t tests = report.vectors.size() + report.assessment.problems.size() + (rest.empty() ? 0 : 1);
  const std::string numbers =
      fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}")", tests, failures, errors, skipped);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"{}\" {}>\n{}  </testsuite>\n"
      "</testsuites>\n",
      xml(fmt::format("{} {}", report.name, report.version)), numbers, cases);
}

std::string tap_report(const Report& report) {
  const std::string rest = rest_of(report);
  const std::size_t tests = report.vectors.size() + report.assessment.problems.size() + (rest.empty() ? 0 : 1);
  std::string text = fmt::format("TAP version 13\n1..{}\n", tests);
  for (std::size_t n = 0; n < report.vectors.size(); ++n) text += tap_line(report, n);
  std::size_t number = report.vectors.size();
  for (const std::string& problem : report.assessment.problems) {
    text += fmt::format("not ok {} - baseline: {}\n", ++number, one_line(problem));
  }
  if (!rest.empty()) text += fmt::format("ok {} - {}\n", ++number, rest);
  return text;
}

}  // namespace harness
