// Literals as formulas.
#include <bit>

#include "spec/ir.h"
#include "vectors/format/names.h"
#include "vectors/generate/formula.h"

namespace vectors {

z3::expr Formulas::word_of(const Goal& goal, std::size_t word) {
  const model::Inputs& inputs = *shape_of(goal).inputs;
  if (is_controls(word)) return processor_.at(spec::word_of_register(controls_at(word).number));
  switch (static_cast<LiteralWord>(word)) {
    case LiteralWord::capability: return configuration_.at(EPT_REGISTER_CAPABILITY);
    case LiteralWord::eptp: return inputs.eptp();
    case LiteralWord::sub_page_table_pointer: return inputs.sub_page_pointer();
    case LiteralWord::guest_physical_address: return inputs.gpa;
    case LiteralWord::access: return inputs.access;
    default: return inputs.entry(level_of_word(word));
  }
}

// Of the words that have a bit for each value.
z3::expr Formulas::is_value(const Goal& goal, std::size_t word, unsigned value) {
  const model::Inputs& inputs = *shape_of(goal).inputs;
  const int last = goal.question == Question::entry ? judged_level(goal) : goal.last;
  switch (static_cast<LiteralWord>(word)) {
    case LiteralWord::usual_access:
      return (inputs.access & number(usual_attributes(spec_))) == number(spec_.accesses.at(value).attributes);
    case LiteralWord::permissions:
      return (inputs.entry(last) & number(permission_bits(0xf))) == number(permission_bits(value));
    default: return context_.bool_val(static_cast<int>(value) == last);
  }
}

z3::expr Formulas::any_of(const Goal& goal, const LiteralSet& literals) {
  z3::expr_vector ways(context_);
  for (std::size_t place = 0; place < literals.size(); ++place) {
    const bool set = place < kLiteralWords;
    const std::size_t word = place % kLiteralWords;
    if (literals[place] == 0) continue;
    if (!is_one_of_many(word)) {
      const z3::expr value = word_of(goal, word);
      ways.push_back(((set ? value : ~value) & number(literals[place])) != number(0));
      continue;
    }
    for (ept_word left = literals[place]; left != 0; left &= left - 1) {
      const z3::expr is = is_value(goal, word, static_cast<unsigned>(std::countr_zero(left)));
      ways.push_back(set ? is : !is);
    }
  }
  return model::any_of(ways);
}

}  // namespace vectors
