// A case of a check on numbers: the registers of a processor, those that software chooses, and whether a case shows
// what a goal demands, as the emitted header says. Knows no solver. Tests: tests/vectors/checks/check_vectors_test.cpp.
#pragma once

#include <optional>

#include "ept_controls.h"
#include "vectors/checks/check_goals.h"

namespace vectors {

// What software chooses, as differences. The first value says what a case may do without: bit 1, that the
// rule decides how the check ends; bit 0, that a machine can run it. Then for each register that software
// sets, by number: which bits are not those of the usual one. A usual control is 1 where it must be, and where a 64-bit
// host and guest want it; the usual state is 64-bit mode of VMX root operation; everything else is usually 0.
using Choice = std::vector<std::uint64_t>;
inline constexpr std::uint64_t kOthersBroken = 2;
inline constexpr std::uint64_t kNotRunnable = 1;

bool is_chosen(const spec::Register& one);
std::vector<std::size_t> chosen_registers(const spec::Spec& spec);
std::uint64_t usual_bits(std::size_t number);  // beside the controls that must be 1

class CheckedProcessor {
 public:
  CheckedProcessor(const spec::Spec& spec, const spec::Profile& profile);  // references are kept

  [[nodiscard]] const spec::Profile& profile() const { return profile_; }
  [[nodiscard]] ept_registers registers_of(const Choice& choice) const;
  [[nodiscard]] Choice choice_of(const ept_registers& registers) const;  // one that may do without nothing
  [[nodiscard]] bool has(const Choice& choice) const;                    // no bit of a register that is not there
  [[nodiscard]] std::uint64_t mask(std::size_t place) const { return masks_.at(place); }  // of a chosen register
  // Whether some choice may meet the goal by what is known of the processor alone. True says nothing.
  [[nodiscard]] bool is_in_reach(const CheckGoal& goal) const;

  // A guess: the choice with the bits that the demands of the goal name as they should be.
  [[nodiscard]] Choice changed(const CheckGoal& goal, Choice choice) const;

  bool meets(const CheckGoal& goal, const Choice& choice);
  // Whether a vector with this goal may be the case.
  bool meets(const CheckGoal& goal, const ept_registers& registers);
  // No rule of the check is broken, and the state is one in which it can be made.
  bool accepts(std::size_t check, const Choice& choice);

 private:
  [[nodiscard]] bool shows(const CheckGoal& goal, const ept_check_result& result, bool others_broken) const;
  void know(const ept_registers& registers);
  bool holds(const spec::Condition& condition);

  const spec::Spec& spec_;
  const spec::Profile& profile_;
  std::vector<std::size_t> chosen_;
  std::vector<std::uint64_t> usual_;  // by chosen register
  std::vector<std::uint64_t> masks_;
  ept_registers start_{};
  std::vector<std::vector<WholeRule>> rules_;         // by check
  std::vector<std::vector<spec::Condition>> states_;  // by check
  spec::Knowledge knowledge_;                         // of the case looked at last
  spec::Kinds kinds_;
};

// Whether a machine can come to the state of the case: in a guest it needs controls with which VM entry comes there.
bool is_runnable(const ept_registers& registers);

}  // namespace vectors
