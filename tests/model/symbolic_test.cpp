// The symbolic word: every path of a branching function is run once, and its terms are right on it.
#include <gtest/gtest.h>

#include "model/proof/symbolic.h"
#include "model/smt/terms.h"

namespace {

using model::Exploration;
using model::Word;

// Branches as the header does.
Word smaller_power(const Word& a) {
  if (a == 0) return 1;
  if (a & 1) return a - 1;
  return (a & 2) ? Word(2) : a >> 2;
}

TEST(Symbolic, runs_each_path_once) {
  z3::context context;
  Exploration exploration(context);
  const Word input(context.bv_const("a", model::kWordBits));
  int runs = 0;
  exploration.for_each_path(context.bool_val(true), [&] {
    smaller_power(input);
    ++runs;
  });
  EXPECT_EQ(runs, 4);
}

TEST(Symbolic, assumption_cuts_off_paths) {
  z3::context context;
  Exploration exploration(context);
  const z3::expr a = context.bv_const("a", model::kWordBits);
  int runs = 0;
  exploration.for_each_path(a == model::word(context, 5), [&] {
    smaller_power(Word(a));
    ++runs;
  });
  EXPECT_EQ(runs, 1);
}

TEST(Symbolic, conditions_of_the_paths_exclude_each_other_and_cover_everything) {
  z3::context context;
  Exploration exploration(context);
  const Word input(context.bv_const("a", model::kWordBits));
  z3::expr count = model::word(context, 0);
  exploration.for_each_path(context.bool_val(true), [&] {
    smaller_power(input);
    count = count + z3::ite(exploration.path_condition(), model::word(context, 1), model::word(context, 0));
  });
  z3::solver solver(context);
  solver.add(count != model::word(context, 1));
  EXPECT_EQ(solver.check(), z3::unsat);
}

TEST(Symbolic, outside_a_run_is_an_error) { EXPECT_THROW(Word(1), std::logic_error); }

}  // namespace
