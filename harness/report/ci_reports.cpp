// The reports for programs that run tests: JUnit and TAP.
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "harness/judge/draw.h"
#include "harness/report/forms.h"
#include "harness/support/names.h"

namespace harness {

namespace {

// One line: why it is known, what went wrong, or why nothing was judged.
std::string summary(const Judgement& judgement) {
  std::string text = judgement.verdict == Verdict::not_applicable ? "not applicable: " : "";
  text += reason_text(judgement);
  for (const Deviation& one : judgement.deviations) text += (text.empty() ? "" : "; ") + deviation_text(one);
  return text;
}

// The case, and where the manual says what was expected.
std::string details(const vectors::Vector& vector, const Judgement& judgement) {
  std::string text = draw(vector.asked, "");
  for (const std::string& place : citations_of(vector, judgement)) text += plain(place) + "\n";
  return text;
}

// How JUnit calls what came of a vector; null for a pass.
const char* tag_of(const Report& report, std::size_t n) {
  if (is_known(report, n)) return "skipped";
  switch (report.judgements[n].verdict) {
    case Verdict::pass: return nullptr;
    case Verdict::fail:
    case Verdict::flaky: return "failure";
    case Verdict::error: return "error";
    case Verdict::skipped:
    case Verdict::not_applicable: return "skipped";
  }
  return nullptr;
}

pugi::xml_node add_test(pugi::xml_node suite, const std::string& of, const std::string& name) {
  pugi::xml_node test = suite.append_child("testcase");
  test.append_attribute("classname") = plain(of).c_str();
  test.append_attribute("name") = plain(name).c_str();
  return test;
}

void add_what_came(pugi::xml_node test, const char* tag, const std::string& message, const std::string& more) {
  pugi::xml_node node = test.append_child(tag);
  node.append_attribute("message") = plain(message).c_str();
  if (!more.empty()) node.text() = more.c_str();
}

std::string tap_text(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '#') c = ' ';  // # begins a directive
  }
  return text;
}

std::string tap_line(const Report& report, std::size_t n) {
  const Judgement& judgement = report.judgements[n];
  const bool wrong = deviates(judgement.verdict);
  const bool left_out = judgement.verdict == Verdict::skipped || judgement.verdict == Verdict::not_applicable;
  std::string line = fmt::format("{}ok {} - {}", wrong ? "not " : "", n + 1, tap_text(report.vectors[n].id));
  if (wrong) line += " " + tap_text(summary(judgement));
  if (left_out) line += " # SKIP " + tap_text(summary(judgement));
  if (is_known(report, n)) line += " # TODO known: " + tap_text(known_text(report, n));
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
  pugi::xml_document document;
  pugi::xml_node suite = document.append_child("testsuites").append_child("testsuite");
  std::map<std::string_view, std::size_t> counts;
  for (std::size_t n = 0; n < report.vectors.size(); ++n) {
    const vectors::Vector& vector = report.vectors[n];
    const Judgement& judgement = report.judgements[n];
    const pugi::xml_node test = add_test(suite, rule_of(vector), vector.id);
    const char* const tag = tag_of(report, n);
    if (tag == nullptr) continue;
    ++counts[tag];
    const bool known = is_known(report, n);
    const bool wrong = deviates(judgement.verdict) && !known;
    add_what_came(test, tag, known ? "known: " + known_text(report, n) : summary(judgement),
                  wrong ? details(vector, judgement) : "");
  }
  for (const std::string& problem : report.assessment.problems) {
    ++counts["failure"];
    add_what_came(add_test(suite, "baseline", problem), "failure", problem, "");
  }
  if (const std::string rest = rest_of(report); !rest.empty()) add_test(suite, "random", rest);
  const auto tests = std::distance(suite.begin(), suite.end());
  suite.append_attribute("name") = plain(report.name + " " + report.version).c_str();
  suite.append_attribute("tests") = static_cast<long long>(tests);
  suite.append_attribute("failures") = counts["failure"];
  suite.append_attribute("errors") = counts["error"];
  suite.append_attribute("skipped") = counts["skipped"];
  std::ostringstream text;
  document.save(text, "  ", pugi::format_default, pugi::encoding_utf8);
  return text.str();
}

std::string tap_report(const Report& report) {
  const std::string rest = rest_of(report);
  const std::size_t tests = report.vectors.size() + report.assessment.problems.size() + (rest.empty() ? 0 : 1);
  std::string text = fmt::format("TAP version 13\n1..{}\n", tests);
  for (std::size_t n = 0; n < report.vectors.size(); ++n) text += tap_line(report, n);
  std::size_t number = report.vectors.size();
  for (const std::string& problem : report.assessment.problems) {
    text += fmt::format("not ok {} - baseline: {}\n", ++number, tap_text(problem));
  }
  if (!rest.empty()) text += fmt::format("ok {} - {}\n", ++number, rest);
  return text;
}

}  // namespace harness
