#include "harness/report/rule_coverage.h"

#include <algorithm>
#include <map>
#include <ranges>

#include <fmt/format.h>

#include "harness/judge/draw.h"
#include "vectors/format/expectation.h"
#include "vectors/format/self_contained.h"

namespace harness {

namespace {

using vectors::Question;

// A broken rule: the key of its group, and its id.
using Key = std::pair<std::string, std::string>;

std::vector<Key> broken_by_group(const vectors::Vector& vector) {
  std::vector<Key> keys;
  for (const ept_check_rule_name* const rule : vectors::broken_rules(vector.asked, vector.expected))
    keys.emplace_back(ept_check_names[rule->check].name, rule->name);
  if (vector.asked.question == Question::check) return keys;
  const bool eptp = vector.asked.question == Question::eptp;
  const std::string group = eptp ? ept_check_names[EPT_CHECK_EPTP].name : row_of(vector).first;
  const vectors::Broken broken = vectors::broken_by(vector);
  for (const std::string& name : vectors::names_in(broken.vocabulary, broken.rules)) keys.emplace_back(group, name);
  return keys;
}

CoveredRule* find_rule(std::vector<RuleGroup>& groups, const Key& key) {
  const auto group = std::ranges::find(groups, key.first, &RuleGroup::key);
  if (group == groups.end()) return nullptr;
  const auto rule = std::ranges::find(group->rules, key.second, &CoveredRule::id);
  return rule == group->rules.end() ? nullptr : &*rule;
}

// What a vector comes to that breaks no rule, as a rule of the group kNoRule.
std::string result_of(const Row& row) { return row.first + ": " + row.second; }

void count_result(const vectors::Vector& vector, std::vector<RuleGroup>& groups) {
  const auto group = std::ranges::find(groups, kNoRule, &RuleGroup::key);
  if (group == groups.end()) return;
  const std::string id = result_of(row_of(vector));
  auto place = std::ranges::lower_bound(group->rules, id, {}, &CoveredRule::id);
  if (place == group->rules.end() || place->id != id) {
    place = group->rules.insert(place, CoveredRule{});
    place->id = id;
  }
  ++place->vectors;
}

void add_cell(std::size_t target, const Cell& cell, CoveredRule& rule) {
  if (cell.pass + cell.deviation == 0) return;
  rule.run.insert(target);
  if (cell.deviation == 0) return;
  rule.deviate.insert(target);
  rule.findings.insert(cell.findings.begin(), cell.findings.end());
  rule.is_untold = rule.is_untold || (cell.known != 0 && cell.findings.empty());
  rule.is_unexplained = rule.is_unexplained || cell.known < cell.deviation;
}

void add_registers(std::size_t target, const Capabilities& of, CoveredRule& rule) {
  if (std::ranges::find(of.not_judged, rule.id) != of.not_judged.end()) return;
  rule.run.insert(target);
  if (std::ranges::find(of.msr_values, rule.id, &Capabilities::Remark::rule) != of.msr_values.end())
    rule.deviate.insert(target);
}

void add_column(std::size_t target, const Column& column, const RuleGroup& group, CoveredRule& rule) {
  for (const auto& [row, cell] : column.cells) {
    const bool concerned =
        group.key == kNoRule ? result_of(row) == rule.id : row.second == rule.id && group.decides.contains(row.first);
    if (concerned) add_cell(target, cell, rule);
  }
  if (group.of_registers && column.capabilities) add_registers(target, *column.capabilities, rule);
}

// "A to J, L": columns of the matrix.
std::string letters(const std::set<std::size_t>& columns) {
  std::string text;
  for (auto one = columns.begin(); one != columns.end(); ++one) {
    auto last = one;
    while (std::next(last) != columns.end() && *std::next(last) == *last + 1) ++last;
    text += (text.empty() ? "" : ", ") + letter_of(*one);
    if (*last > *one) text += (*last == *one + 1 ? ", " : " to ") + letter_of(*last);
    one = last;
  }
  return text.empty() ? "none" : text;
}

std::string findings_of(const CoveredRule& rule) {
  constexpr std::string_view kFolder = "docs/";
  std::vector<std::string> words;
  for (const std::string& link : rule.findings) {
    const std::string target = link.starts_with(kFolder) ? link.substr(kFolder.size()) : link;
    words.push_back(fmt::format("[{}]({})", target.substr(target.find('#') + 1), target));
  }
  if (rule.is_untold) words.emplace_back("not told");
  if (rule.is_unexplained) words.emplace_back("not explained");
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string line_of(const RuleGroup& group, const CoveredRule& rule) {
  const std::string alone = rule.alone.size() > 1 ? fmt::format("in {} formats", rule.alone.size()) : "yes";
  const std::string proved =
      fmt::format("{} | {}", rule.proofs.empty() ? "no" : brief(rule.proofs), rule.alone.empty() ? "no" : alone);
  const std::string targets =
      fmt::format("{} | {}", letters(rule.run), rule.deviate.empty() ? "" : letters(rule.deviate));
  if (group.of_registers) return fmt::format("| {} | {} | {} |\n", rule.id, proved, targets);
  const std::string found = fmt::format("{} | {}", targets, findings_of(rule));
  if (group.key == kNoRule)
    return fmt::format("| {} | {} | {} | {} |\n", rule.id, rule.proofs.empty() ? "no" : brief(rule.proofs),
                       rule.vectors, found);
  return fmt::format("| {} | {} | {} | {} | {} |\n", rule.id, proved, rule.vectors, rule.only, found);
}

std::string heading_of(const RuleGroup& group) {
  if (group.of_registers)
    return "| rule | proved by | alone | registers judged of | broken by |\n|---|---|---|---|---|\n";
  if (group.key == kNoRule)
    return "| result | proved by | vectors | run on | deviates on | findings |\n|---|---|---|---|---|---|\n";
  return "| rule | proved by | alone | vectors | only it | run on | deviates on | findings |\n"
         "|---|---|---|---|---|---|---|---|\n";
}

// Words behind `begin`, in lines of at most 100 columns.
std::string paragraph(const std::string& begin, const std::vector<std::string>& words) {
  constexpr std::size_t kColumns = 100;
  std::string text;
  std::string line = begin;
  for (std::size_t n = 0; n < words.size(); ++n) {
    const std::string word = words[n] + (n + 1 < words.size() ? "," : ".");
    if (line.size() + 1 + word.size() > kColumns) {
      text += line + "\n";
      line = word;
    } else {
      line += " " + word;
    }
  }
  return text + line + "\n";
}

std::string group_text(const RuleGroup& group) {
  std::string text = fmt::format("\n## {}\n\n", group.title);
  if (!group.file.empty()) text += fmt::format("Stated in `{}`.\n\n", group.file);
  if (!group.rules.empty()) text += heading_of(group);
  for (const CoveredRule& rule : group.rules) text += line_of(group, rule);
  if (!group.left_out.empty())
    text += (group.rules.empty() ? "" : "\n") + paragraph("Left out, with the reason in that file:", group.left_out);
  return text;
}

// How many rules of a group have what is asked for.
template <class Has>
std::size_t number_of(const RuleGroup& group, Has has) {
  return static_cast<std::size_t>(std::ranges::count_if(group.rules, has));
}

std::string summary_of(const std::vector<RuleGroup>& groups) {
  std::string text =
      "| rules of | rules | proved | with vectors | with one that breaks only it | run on a target | "
      "deviate on one |\n|---|---|---|---|---|---|---|\n";
  std::vector<std::size_t> totals(6);
  for (const RuleGroup& group : groups) {
    if (group.key == kNoRule || group.rules.empty()) continue;
    const std::vector<std::size_t> numbers = {
        group.rules.size(),
        number_of(group, [](const CoveredRule& rule) { return !rule.proofs.empty() && !rule.alone.empty(); }),
        number_of(group, [](const CoveredRule& rule) { return rule.vectors != 0; }),
        number_of(group, [](const CoveredRule& rule) { return rule.only != 0; }),
        number_of(group, [](const CoveredRule& rule) { return !rule.run.empty(); }),
        number_of(group, [](const CoveredRule& rule) { return !rule.deviate.empty(); })};
    for (std::size_t n = 0; n < totals.size(); ++n) totals[n] += numbers[n];
    const std::string vectors = group.of_registers ? "- | -" : fmt::format("{} | {}", numbers[2], numbers[3]);
    text += fmt::format("| {} | {} | {} | {} | {} | {} |\n", group.title, numbers[0], numbers[1], vectors, numbers[4],
                        numbers[5]);
  }
  return text + fmt::format("| all | {} |\n", fmt::join(totals, " | "));
}

}  // namespace

std::string brief(const std::vector<std::string>& names) {
  std::map<std::string, std::vector<int>> numbers;  // by what is before the number
  std::vector<std::string> stems;
  for (const std::string& name : names) {
    const std::size_t end = name.find_last_not_of("0123456789") + 1;
    const std::string stem = name.substr(0, end);
    if (std::ranges::find(stems, stem) == stems.end()) stems.push_back(stem);
    if (end < name.size()) numbers[stem].push_back(std::stoi(name.substr(end)));
  }
  std::vector<std::string> words;
  for (const std::string& stem : stems) {
    const auto found = numbers.find(stem);
    if (found == numbers.end()) {
      words.push_back(stem);
      continue;
    }
    std::ranges::sort(found->second);
    const auto [low, high] = std::pair(found->second.front(), found->second.back());
    const bool all = high - low + 1 == static_cast<int>(found->second.size()) && high > low;
    const std::string separator = ", " + stem;
    words.push_back(all ? fmt::format("{}{} to {}", stem, low, high)
                        : fmt::format("{}{}", stem, fmt::join(found->second, separator)));
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

void count_vectors(const std::vector<vectors::Vector>& vectors, std::vector<RuleGroup>& groups) {
  for (const vectors::Vector& vector : vectors) {
    const std::vector<Key> broken = broken_by_group(vector);
    if (broken.empty()) count_result(vector, groups);
    for (const Key& key : broken) {
      CoveredRule* const rule = find_rule(groups, key);
      if (rule == nullptr) continue;
      ++rule->vectors;
      if (broken.size() == 1) ++rule->only;
    }
  }
}

void add_targets(const Matrix& matrix, std::vector<RuleGroup>& groups) {
  for (RuleGroup& group : groups) {
    for (CoveredRule& rule : group.rules) {
      for (std::size_t n = 0; n < matrix.size(); ++n) add_column(n, matrix[n], group, rule);
    }
  }
}

std::string coverage_markdown(const std::vector<RuleGroup>& groups) {
  std::string text =
      "# Which rules are covered\n\n"
      "Every rule of the specification: what is proved of it, how many vectors break it, which targets\n"
      "ran vectors that it decides, and what was found. `eptspec coverage` makes this page from the\n"
      "specification, the list of obligations, the vectors and [the matrix](matrix.md), whose letters\n"
      "stand for the targets.\n\n"
      "\"Proved by\" names the [obligations](commands.md#prove) which say that the emitted header means the\n"
      "rule as the constraints do; `eptspec prove` proves them for all inputs. \"Alone\": another obligation\n"
      "says that the rule can be the only one that is broken. \"Only it\": so many of the vectors break this\n"
      "rule and no other. \"Run on\": targets that answered such a vector. \"Not told\": the report is of an\n"
      "earlier version, which did not name findings.\n\n"
      "No vector asks for the values of capability MSRs; they are judged where a target tells them. What a\n"
      "walk reports beside its result (qualification, flags, saved fields) is no rule that can be broken;\n"
      "`eptspec vectors coverage` counts its edge cases.\n\n" +
      summary_of(groups);
  for (const RuleGroup& group : groups) text += group_text(group);
  return text;
}

}  // namespace harness
