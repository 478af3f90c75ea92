// How the emitted header checks the rules for present entries: bits that must be 0 in a format, bits that must be 0
// while bit 0 is 0, reserved memory types, and formats that the processor does not support. What bits 2:0 or bits 5:3
// alone break is looked up: the rules are a byte of a word. Owns the recognition of these shapes; a rule of another
// shape is an UnsupportedShape. Tests: tests/model/emit_test.cpp.
#pragma once

#include <string>
#include <vector>

#include "spec/ir.h"

namespace model {

enum class RuleShape {
  bits_of_kind,
  permissions,   // a bit of 2:0 that must be 0 while bit 0 is 0
  without_read,  // a higher bit that must be 0 while bit 0 is 0
  memory_type,
  format,
};

struct RuleCheck {
  const spec::Rule* rule = nullptr;
  RuleShape shape = RuleShape::format;
  std::string when;           // of the configuration, a C expression; empty for always
  spec::FieldKind kind{};     // bits_of_kind: of these fields
  std::string bit;            // permissions, without_read: the name of the bit that must be 0
  std::uint64_t bytes = 0;    // permissions, memory_type: byte n has the rule's bit when n in 2:0 or 5:3 breaks it
  std::uint64_t suspect = 0;  // but for bits_of_kind and format: bit n: an entry with n in bits 5:0 may break it
  std::string broken;         // bits_of_kind, without_read: a C expression over the variables of ept_broken_rules
};

// The rules for present entries in their order. No two are broken by the same bits.
std::vector<RuleCheck> rule_checks(const spec::Spec& spec);

bool concerns(const spec::Rule& rule, std::size_t format);

// One contribution to a mask, in force while `when` (a C expression, empty for always) holds.
struct MaskPart {
  std::string when;
  std::string bits;         // a C expression
  std::uint64_t value = 0;  // of it
};

// The bits of which one suffices for an entry to be present.
std::vector<MaskPart> present_bits(const spec::Spec& spec);

// Bit n: an entry with n in bits 5:0 may be not present.
std::uint64_t perhaps_not_present(const spec::Spec& spec);

std::uint64_t constant_bits(const spec::Format& format, spec::FieldKind kind);  // of the fields whose ends are constant
std::vector<spec::Range> symbolic_ranges(const spec::Format& format, spec::FieldKind kind);
std::string c_range_mask(const spec::Range& range);  // a C expression over `maxphyaddr`

}  // namespace model
