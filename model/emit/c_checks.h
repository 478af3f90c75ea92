// The text of the emitted header that judges present entries: what prepares the masks of each format, and what finds
// the rules that an entry breaks. Owns the lines, not the choice of the shape (c_masks.h). Tests:
// tests/model/emit_test.cpp, tests/golden.
#pragma once

#include <string>
#include <vector>

#include "model/emit/c_masks.h"
#include "spec/ir.h"

namespace model {

std::string add_to_mask(const std::string& target, const MaskPart& part);  // "target |= value;" while a condition holds
const char* member_of(spec::FieldKind kind);                               // of struct ept_masks
std::string bits_or_none(const std::vector<std::string>& parts);           // one C expression for all

// Of ept_masks_of: the cases by format, and what all formats have in common.
std::string mask_cases(const spec::Spec& spec, const std::vector<RuleCheck>& checks);
std::string common_masks(const spec::Spec& spec, const std::vector<RuleCheck>& checks);

// Of ept_suspect_values: what makes a value of bits 5:0 suspect.
std::string suspect_lines(const std::vector<RuleCheck>& checks);

// Of ept_broken_rules and ept_further_rules: the rules of a shape. A bit that must be 0 always is tested by a branch,
// which is faster than to compute the rule's bit from it.
std::string broken_lines(const std::vector<RuleCheck>& checks, RuleShape shape);

}  // namespace model
