// How the emitted header checks the rules for present entries. Rules of five shapes are fast: bits that must be 0 in a
// format, bits that must be 0 while bit 0 is 0, values of bits 5:3 that are reserved, and formats that the processor
// does not support. What bits 2:0 or bits 5:3 alone break is looked up: the rules are a byte of a word. Every other
// rule is an expression over the entry, which is evaluated where bits 5:0 leave it possible. Owns the choice of the
// shape and its constants. Tests: tests/model/emit_test.cpp, tests/model/newcomer.
#pragma once

#include <string>
#include <vector>

#include "spec/ir.h"

namespace model {

enum class RuleShape {
  bits_of_kind,
  permissions,   // a bit of 2:0 that must be 0 while bit 0 is 0
  without_read,  // a bit above 5:0 that must be 0 while bit 0 is 0
  memory_type,
  format,
  expression,
};

struct RuleCheck {
  const spec::Rule* rule = nullptr;
  RuleShape shape = RuleShape::format;
  std::string when;           // of the configuration, a C expression; empty for always
  spec::FieldKind kind{};     // bits_of_kind: of these fields
  std::string bit;            // permissions, without_read: the name of the bit that must be 0
  std::uint64_t bytes = 0;    // permissions, memory_type: byte n has the rule's bit when n in 2:0 or 5:3 breaks it
  std::uint64_t suspect = 0;  // but for bits_of_kind and format: bit n: an entry with n in bits 5:0 may break it
  std::string broken;         // bits_of_kind, without_read, expression: a C expression over `entry`, `masks` and others
};

// The rules for present entries in their order. No two rules of a fast shape are broken by the same bits.
std::vector<RuleCheck> rule_checks(const spec::Spec& spec);

bool concerns(const spec::Rule& rule, std::size_t format);

// One contribution to a mask, in force while `when` (a C expression, empty for always) holds.
struct MaskPart {
  std::string when;
  std::string bits;  // a C expression
};

// The bits of which one suffices for an entry to be present.
std::vector<MaskPart> present_bits(const spec::Spec& spec);

// Bit n: an entry with n in bits 5:0 may be not present.
std::uint64_t perhaps_not_present(const spec::Spec& spec);

// The bits of a format's fields of a kind, as C expressions over `width`, which says what MAXPHYADDR is called.
std::vector<std::string> bits_of_kind(const spec::Format& format, spec::FieldKind kind, const std::string& width);

}  // namespace model
