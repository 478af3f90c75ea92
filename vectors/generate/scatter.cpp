#include "vectors/generate/scatter.h"

#include <bit>

#include "vectors/format/names.h"

namespace vectors {

void turn_round(Case& asked, ept_word& word, ept_word bits, const Holds& holds) {
  if (bits == 0) return;
  word ^= bits;
  if (holds(asked)) return;
  word ^= bits;
  if (std::has_single_bit(bits)) return;
  const int middle = (std::countr_zero(bits) + 63 - std::countl_zero(bits)) / 2;
  const ept_word lower = (ept_word{1} << (middle + 1)) - 1;
  turn_round(asked, word, bits & ~lower, holds);
  turn_round(asked, word, bits & lower, holds);
}

Case Scatter::operator()(const Case& start, const Holds& holds) {
  asked_ = start;
  holds_ = &holds;
  ept_registers& has = asked_.registers;
  // Mostly the largest width, with which no address bit is more seldom than others.
  const auto lowest = static_cast<ept_word>(spec_.min_maxphyaddr);
  const auto highest = static_cast<ept_word>(spec_.max_maxphyaddr);
  put(has.maxphyaddr, random_.one_in(4) ? lowest + random_.below(highest - lowest + 1) : highest);
  draw(has.capability, vocabulary_[at(LiteralWord::capability)]);
  for (std::size_t word = at(LiteralWord::controls); is_controls(word); ++word)
    draw(controls_in(has, controls_at(word)), vocabulary_[word]);
  draw(asked_.registers.eptp, ~ept_word{0});
  if (asked_.question == Question::eptp) return asked_;
  const ept_word usual = usual_attributes(spec_);
  put(asked_.access, (asked_.access & ~usual) | spec_.accesses[random_.below(spec_.accesses.size())].attributes);
  draw(asked_.access, vocabulary_[at(LiteralWord::access)] & ~usual);
  draw(asked_.guest_physical_address, vocabulary_[at(LiteralWord::guest_physical_address)]);
  if (asked_.question == Question::sub_page) draw(asked_.registers.sub_page_table_pointer, ~ept_word{0});
  for (ept_word& entry : asked_.entries) draw(entry, ~ept_word{0});
  return asked_;
}

void Scatter::put(ept_word& word, ept_word value) {
  const ept_word before = word;
  word = value;
  if (!(*holds_)(asked_)) word = before;
}

}  // namespace vectors
