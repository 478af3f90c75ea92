// From the capability MSRs: which controls must, may and cannot be 1, and the control words that a hypervisor computes
// from what it requires and what it wants. Owns no opinion on whether VM entry accepts the words (broken_rules.h), and
// no text (harness/cli). Tests: tests/model/controls_test.cpp.
#pragma once

#include <map>

#include "spec/partial.h"

namespace model {

// A control that has a name.
struct Control {
  spec::Word word = spec::Word::first_register;  // of role control
  const spec::Field* field = nullptr;
  [[nodiscard]] unsigned bit() const { return static_cast<unsigned>(field->bits.low.offset); }
};

// Whom the controls obey that have two MSRs.
enum class Governed { by_bit_55, by_plain_msrs };

// What the MSRs say of one control word. Without an operand no MSR says it: no control must be 1, or it is not known
// which MSR governs.
struct Setting {
  spec::Word word = spec::Word::first_register;
  std::optional<spec::Operand> allowed_0;
  std::optional<spec::Operand> allowed_1;
  std::optional<spec::Condition> because;  // that chose the MSR, if it was not the only one
  bool holds = false;                      // whether `because` does
  bool known = false;                      // the MSR's value is known
  bool absent = false;                     // the MSR does not exist: no control may be 1
  std::uint64_t must = 0;                  // controls that must be 1
  std::uint64_t may = 0;                   // controls that may be 1
};

// A word for each register of role control, in their order.
std::vector<Setting> settings_of(const spec::Spec& spec, const spec::Knowledge& msrs, Governed governed);

// The controls that a name means: "exit_control.load_ia32_pat" the one, "enable_ept" the one of that name, of several
// that of the VM-execution controls. Otherwise none or all that it could mean.
std::vector<Control> controls_named(const spec::Spec& spec, const std::string& name);
std::string name_of(const spec::Spec& spec, const Control& control);

struct Wish {
  std::vector<Control> required;
  std::vector<Control> wanted;
};

// A control that cannot be 1, and why: that control itself or one that activates it.
struct Refused {
  Control control;
  Control because;
};

struct ControlWords {
  std::map<spec::Word, std::uint64_t> values;  // of the words whose MSR is known
  std::vector<Refused> missing;                // required
  std::vector<Refused> left_out;               // wanted
};

// What must be 1, what is required, and what is wanted and may be 1, each with the controls that activate its word.
ControlWords words_for(const spec::Spec& spec, const std::vector<Setting>& settings, const Wish& wish);

}  // namespace model
