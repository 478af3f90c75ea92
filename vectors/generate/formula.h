// A goal as a Z3 formula over the difference from a plain legal case: a vector of zeros is the plain case. Owns the
// plain case; what the words mean is model/smt. Tests: tests/vectors/generate/generate_test.cpp.
#pragma once

#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include "model/smt/meaning.h"
#include "vectors/generate/canonical.h"
#include "vectors/goals/literals.h"

namespace vectors {

// What every vector starts from: an EPTP of write-back memory and the right number of levels, all flags of it 0; a data
// read at address 0; tables at 2000H, 3000H …, all permissions, and a write-back page at 1 GByte, which every width
// has. `page` is the level whose entry maps the page: 3, 2 or 1.
Case plain_walk_of(int levels, int page);

// Likewise for the check of a sub-page write permission: a write that the first bit of the vector allows.
Case plain_sub_page_check();

// The level whose entry maps a page in the plain of a goal.
int page_of(const spec::Spec& spec, const Goal& goal);

// The attributes that tell the usual accesses apart come together as in one of them, the others as they like.
z3::expr usual_access(const spec::Spec& spec, const z3::expr& access);

// A case's words that the solver chooses, in the order in which the smaller is preferred: controls by word, EPTP,
// access, guest-physical address, entries from the root down, sub-page table pointer. Width, capability and parameters
// are free as well.
class Formulas {
 public:
  // References are kept.
  Formulas(z3::context& context, const spec::Spec& spec);

  // What all goals with the same way for the walk to end demand, and what this one demands beside that.
  const z3::expr& common(const Goal& goal);
  z3::expr demanded(const Goal& goal);
  // The terms of classification or outcome that demands of goals with the same way to end compare; no constants.
  z3::expr_vector results(const Goal& goal);

  // Whether one of these literals holds in a case of the goal.
  z3::expr any_of(const Goal& goal, const LiteralSet& literals);

  [[nodiscard]] const std::vector<z3::expr>& chosen() const { return chosen_; }
  // Capability, parameters, or controls.
  [[nodiscard]] const z3::expr& processor(spec::Word word) const { return processor_.at(word); }
  [[nodiscard]] const z3::expr& maxphyaddr() const { return configuration_.maxphyaddr; }

  // Of chosen() the bits that are addresses of tables and pages. Solvers scatter these, since tables lie apart.
  [[nodiscard]] static Values addresses();
  // The values changed in those bits of words that the goal names.
  [[nodiscard]] Values with_demands(const Goal& goal, Values values) const;

  [[nodiscard]] Values values_in(const z3::model& model) const;  // of chosen()
  // Whether a formula over chosen() and the processor holds for the values and the profile.
  [[nodiscard]] bool holds(const z3::expr& formula, const Values& values, const spec::Profile& profile) const;

  // The case with these values of chosen(); and, where it asks about an entry, the walk that leads there.
  [[nodiscard]] Case case_of(const Goal& goal, const Values& values, const spec::Profile& profile) const;
  [[nodiscard]] Case walk_of(const Goal& goal, const Values& values, const spec::Profile& profile) const;

 private:
  z3::expr word_of(const Goal& goal, std::size_t word);
  z3::expr is_value(const Goal& goal, std::size_t word, unsigned value);
  // The terms for walks of one number of levels that end at one level, each made once.
  struct Shape {
    Case plain;
    std::unique_ptr<model::Inputs> inputs;
    std::unique_ptr<model::Meaning> meaning;
    std::map<int, model::Terms> classified;
    std::map<std::tuple<Ending, int>, model::Terms> concluded;
    std::map<std::tuple<bool, Ending, int>, z3::expr> common;  // for an EPTP, or what else the shape is of
  };

  Shape& shape_of(const Goal& goal);
  z3::expr subject(Shape& shape, const Goal& goal, const Demand& demand);
  [[nodiscard]] const spec::Format* format_of(const Goal& goal, const Demand& demand) const;
  z3::expr condition(Shape& shape, const Goal& goal, const Demand& demand);
  static model::Progress progress_of(Shape& shape, const Goal& goal);
  model::Words words_at_end(Shape& shape, const Goal& goal, const Demand& demand);
  static const model::Terms& classified(Shape& shape, int level);
  static const model::Terms& concluded(Shape& shape, const Goal& goal);
  z3::expr walked(Shape& shape, const Goal& goal);
  z3::expr checked(Shape& shape);
  [[nodiscard]] Case plain_of(const Goal& goal) const;
  z3::expr tables_apart(Shape& shape, const z3::expr& root, int levels);
  z3::expr number(ept_word value) { return model::word(context_, value); }

  z3::context& context_;
  const spec::Spec& spec_;
  model::Configuration configuration_;
  std::vector<z3::expr> chosen_;
  std::map<spec::Word, z3::expr> processor_;
  std::map<std::tuple<bool, int, int>, Shape> shapes_;  // of a sub-page check; levels; the level that maps a page
};

}  // namespace vectors
