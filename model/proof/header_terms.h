// The emitted header's own text, compiled with symbolic words and run: what it computes, as terms on every path.
// Owns the mapping of the header's structures to named terms. Tests: tests/model/proof_test.cpp.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "model/smt/meaning.h"
#include "model/smt/terms.h"

namespace model {

struct Path {
  z3::expr condition;
  Terms terms;
};

// The text of the header that was compiled into this program.
std::string compiled_header();

std::vector<Path> header_check(const spec::Spec& spec, std::size_t check, const Inputs& inputs,
                               const z3::expr& assumption);
std::vector<Path> header_eptp_check(const Inputs& inputs, const z3::expr& assumption);
std::vector<Path> header_classify(const Inputs& inputs, int level, const z3::expr& assumption);
// One step at progress.level, from a progress whose words may be anything.
std::vector<Path> header_step(const Inputs& inputs, const Progress& progress, const z3::expr& entry,
                              const z3::expr& assumption);
std::vector<Path> header_conclude(const Inputs& inputs, const Progress& progress, Ending ending,
                                  const z3::expr& assumption);
std::vector<Path> header_walk(const Inputs& inputs, const z3::expr& assumption);
std::vector<Path> header_sub_page_check(const Inputs& inputs, const z3::expr& assumption);

}  // namespace model
