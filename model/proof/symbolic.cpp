#include "model/proof/symbolic.h"

#include <stdexcept>

#include "model/smt/terms.h"

namespace model {

namespace {

thread_local Exploration* current_exploration = nullptr;

z3::expr nonzero(const z3::expr& value) { return value != word(value.ctx(), 0); }

}  // namespace

Exploration::Exploration(z3::context& context)
    : context_(context), solver_(context, "QF_BV"), outer_(current_exploration) {
  current_exploration = this;
}

Exploration::~Exploration() { current_exploration = outer_; }

Exploration& Exploration::current() {
  if (current_exploration == nullptr) throw std::logic_error("a symbolic word outside an exploration");
  return *current_exploration;
}

z3::expr Exploration::path_condition() const {
  const z3::expr_vector taken = solver_.assertions();
  return all_of(taken);
}

bool Exploration::possible(const z3::expr& condition) {
  solver_.push();
  solver_.add(condition);
  const bool result = solver_.check() != z3::unsat;
  solver_.pop();
  return result;
}

bool Exploration::decide(const z3::expr& condition) {
  if (position_ == decisions_.size()) {
    const bool can_be_true = possible(condition);
    decisions_.push_back({can_be_true, can_be_true && possible(!condition)});
  }
  const bool taken = decisions_[position_].taken;
  ++position_;
  solver_.add(taken ? condition : !condition);
  return taken;
}

void Exploration::for_each_path(const z3::expr& assumption, const std::function<void()>& run) {
  decisions_.clear();
  do {
    solver_.reset();
    solver_.add(assumption);
    position_ = 0;
    run();
    while (!decisions_.empty() && !decisions_.back().other_possible) decisions_.pop_back();
    if (!decisions_.empty()) decisions_.back() = {false, false};
  } while (!decisions_.empty());
}

z3::expr Word::constant(std::uint64_t value) { return word(Exploration::current().context(), value); }

Word::Word(const Flag& flag) : value_(z3::ite(flag.expr(), constant(1), constant(0))) {}

Word::operator bool() const { return Exploration::current().decide(nonzero(expr()).simplify()); }

Word& Word::operator|=(const Word& other) { return *this = *this | other; }
Word& Word::operator&=(const Word& other) { return *this = *this & other; }

Flag::Flag(bool value) : value_(Exploration::current().context().bool_val(value)) {}
Flag::Flag(const Word& word) : value_(nonzero(word.expr())) {}
Flag::operator bool() const { return Exploration::current().decide(value_.simplify()); }

Word operator&(const Word& a, const Word& b) { return Word(a.expr() & b.expr()); }
Word operator|(const Word& a, const Word& b) { return Word(a.expr() | b.expr()); }
Word operator~(const Word& a) { return Word(~a.expr()); }
Word operator+(const Word& a, const Word& b) { return Word(a.expr() + b.expr()); }
Word operator-(const Word& a, const Word& b) { return Word(a.expr() - b.expr()); }
Word operator*(const Word& a, const Word& b) { return Word(a.expr() * b.expr()); }
Word operator<<(const Word& a, const Word& b) { return Word(z3::shl(a.expr(), b.expr())); }
Word operator>>(const Word& a, const Word& b) { return Word(z3::lshr(a.expr(), b.expr())); }
Flag operator==(const Word& a, const Word& b) { return Flag(a.expr() == b.expr()); }
Flag operator!=(const Word& a, const Word& b) { return Flag(a.expr() != b.expr()); }
Flag operator<=(const Word& a, const Word& b) { return Flag(z3::ule(a.expr(), b.expr())); }
Flag operator!(const Word& a) { return Flag(!nonzero(a.expr())); }
Flag operator!(const Flag& a) { return Flag(!a.expr()); }
Flag both(const Flag& a, const Flag& b) { return Flag(a.expr() && b.expr()); }
Flag either(const Flag& a, const Flag& b) { return Flag(a.expr() || b.expr()); }

}  // namespace model
