// What is wrong with a person's input: collected, never thrown, printed as "file:line:column: what is wrong, what was
// expected". Tests: tests/spec/bad_test.cpp.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "spec/ir.h"

namespace spec {

struct Diagnostic {
  Place place;
  std::string message;  // "what is wrong; expected ..."
  auto operator<=>(const Diagnostic&) const = default;
};

class Diagnostics {
 public:
  // What `wrong` quotes from the input is cut to a readable length and shown without control characters.
  void add(const Place& place, const std::string& wrong, const std::string& expected);
  void add(Diagnostic diagnostic) { list_.push_back(std::move(diagnostic)); }
  [[nodiscard]] bool empty() const { return list_.empty(); }
  [[nodiscard]] std::size_t size() const { return list_.size(); }
  [[nodiscard]] std::vector<Diagnostic> sorted() const;  // by file, line and column; each once

 private:
  std::vector<Diagnostic> list_;
};

std::string to_string(const Diagnostic& diagnostic);

}  // namespace spec
