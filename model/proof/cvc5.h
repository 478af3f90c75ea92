// The second opinion: cvc5 as a program, given SMT-LIB 2 text. Tests: tests/model/proof_test.cpp.
#pragma once

#include <stdexcept>
#include <string>

namespace model {

class SolverMissing : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What cvc5 prints for the script: "sat", "unsat", "unknown", "timeout" or a message. Throws SolverMissing.
std::string ask_cvc5(const std::string& script, unsigned timeout_seconds);

}  // namespace model
