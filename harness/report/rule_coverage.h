// What covers each rule of the specification: proofs, vectors, targets that ran these, and what was found. Owns the
// counting and the page docs/coverage.md; which rules and proofs there are is told (harness/cli/coverage_command.cpp).
// Tests: tests/harness/report/rule_coverage_test.cpp, tests/harness/cli/coverage_test.py.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "harness/report/matrix.h"

namespace harness {

struct CoveredRule {
  std::string id;
  std::vector<std::string> proofs;  // obligations by which the emitted header means the rule as the constraints do
  std::vector<std::string> alone;   // obligations by which it can be the only one that is broken
  std::size_t vectors = 0;          // that break it
  std::size_t only = 0;             // and no other
  std::set<std::size_t> run;        // targets, by column of the matrix, that answered vectors which it decides
  std::set<std::size_t> deviate;    // of these
  std::set<std::string> findings;   // links of their known deviations
  bool is_untold = false;           // an old report does not tell what is known of its deviations
  bool is_unexplained = false;      // some deviate and it is not known why
};

struct RuleGroup {
  std::string title;
  std::string file;  // that states the rules
  // As broken_by_group() calls it. A check that no processor makes is judged by what a target says of its registers.
  std::string key;
  bool of_registers = false;
  std::set<std::string> decides;  // of Row
  std::vector<CoveredRule> rules;
  std::vector<std::string> left_out;
};

// Also adds, to the group with the key kNoRule, what vectors come to that break no rule.
inline constexpr const char* kNoRule = "";
void count_vectors(const std::vector<vectors::Vector>& vectors, std::vector<RuleGroup>& groups);
void add_targets(const Matrix& matrix, std::vector<RuleGroup>& groups);

std::string coverage_markdown(const std::vector<RuleGroup>& groups);

// "entry.1 to 5, walk": names that differ in a last number only, as one.
std::string brief(const std::vector<std::string>& names);

}  // namespace harness
