// The mistakes in vectors of checks: what a goal demands is computed again on numbers. Used by lint.h. Tests:
// tests/vectors/checks/check_documents_test.cpp.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "vectors/checks/check_case.h"
#include "vectors/format/document.h"

namespace vectors {

class CheckLint {
 public:
  // References are kept.
  CheckLint(const spec::Spec& spec, const spec::Profile& profile);

  // Empty when there is none.
  [[nodiscard]] std::vector<std::string> mistakes_in(const Vector& vector) const;
  std::vector<std::string> mistakes_in(const Purpose& purpose, const Vector& vector);
  // Whether there is such a goal and the vector, which is of a check, meets it.
  bool shows(const std::string& goal, const Vector& vector);

 private:
  const spec::Spec& spec_;
  CheckedProcessor processor_;
  std::map<std::string, CheckGoal> goals_;
  std::map<std::size_t, std::vector<WholeRule>> rules_;
};

// The goals that some vector of a check names and meets.
std::set<std::string> shown_check_goals(const spec::Spec& spec, const std::vector<Document>& documents);

}  // namespace vectors
