// A word that is not a number but a term: put in place of uint64_t, it makes the emitted header compute what it would
// compute, as Z3 expressions. A branch on a term is taken both ways, one run after the other; what was assumed is the
// path's condition. Owns only the operators that the header's subset of C uses; anything else does not compile. Tests:
// tests/model/symbolic_test.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <type_traits>
#include <vector>

#include <z3++.h>

namespace model {

// The run that is under way in this thread: its context and the branches taken so far.
class Exploration {
 public:
  explicit Exploration(z3::context& context);
  ~Exploration();
  Exploration(const Exploration&) = delete;
  Exploration& operator=(const Exploration&) = delete;

  // Runs `run` once for each path. `assumption` cuts off paths that cannot be taken at all; a path that Z3 cannot
  // decide is kept.
  void for_each_path(const z3::expr& assumption, const std::function<void()>& run);
  [[nodiscard]] z3::expr path_condition() const;

  bool decide(const z3::expr& condition);  // called by a branch of the text that is run
  z3::context& context() { return context_; }
  static Exploration& current();  // throws std::logic_error outside a run

 private:
  struct Decision {
    bool taken = true;
    bool other_possible = false;
  };
  bool possible(const z3::expr& condition);

  z3::context& context_;
  z3::solver solver_;
  std::vector<Decision> decisions_;
  std::size_t position_ = 0;
  Exploration* outer_ = nullptr;
};

class Flag;

class Word {
 public:
  Word() = default;  // without a value until it is assigned, as a C variable is
  template <typename Integer, std::enable_if_t<std::is_integral_v<Integer>, int> = 0>
  Word(Integer value) : Word(constant(static_cast<std::uint64_t>(value))) {}  // NOLINT: as in C
  explicit Word(z3::expr value) : value_(std::move(value)) {}
  Word(const Flag& flag);  // NOLINT: 0 or 1, as in C

  explicit operator bool() const;
  [[nodiscard]] const z3::expr& expr() const { return value_.value(); }

  Word& operator|=(const Word& other);
  Word& operator&=(const Word& other);

 private:
  static z3::expr constant(std::uint64_t value);
  std::optional<z3::expr> value_;
};

class Flag {
 public:
  Flag(bool value);                      // NOLINT: as in C
  Flag(const Word& word);                // NOLINT: true when not 0, as in C
  Flag(int value) : Flag(value != 0) {}  // NOLINT: as in C
  explicit Flag(z3::expr value) : value_(std::move(value)) {}

  explicit operator bool() const;
  [[nodiscard]] const z3::expr& expr() const { return value_; }

 private:
  z3::expr value_;
};

Word operator&(const Word& a, const Word& b);
Word operator|(const Word& a, const Word& b);
Word operator~(const Word& a);
Word operator+(const Word& a, const Word& b);
Word operator-(const Word& a, const Word& b);
Word operator*(const Word& a, const Word& b);
Word operator<<(const Word& a, const Word& b);  // by 64 and more: 0; the header never does, being C
Word operator>>(const Word& a, const Word& b);
Flag operator==(const Word& a, const Word& b);
Flag operator!=(const Word& a, const Word& b);
Flag operator<=(const Word& a, const Word& b);
Flag operator!(const Word& a);
Flag operator!(const Flag& a);

// Both operands are evaluated: the header's operands have no effects. Spelled out for every pair, because the built-in
// operators would be as good a match and would branch.
Flag both(const Flag& a, const Flag& b);
Flag either(const Flag& a, const Flag& b);
template <typename T>
concept Truth = std::is_same_v<T, Word> || std::is_same_v<T, Flag> || std::is_same_v<T, bool> || std::is_same_v<T, int>;
template <typename A, typename B>
concept SomeSymbolic = Truth<A> && Truth<B> &&(std::is_class_v<A> || std::is_class_v<B>);
template <typename A, typename B>
requires SomeSymbolic<A, B> Flag operator&&(const A& a, const B& b) { return both(Flag(a), Flag(b)); }
template <typename A, typename B>
requires SomeSymbolic<A, B> Flag operator||(const A& a, const B& b) { return either(Flag(a), Flag(b)); }

}  // namespace model
