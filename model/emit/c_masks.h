// Which rules the emitted header checks by masks: bits that must be 0 in a format, bits that must be 0 while another
// bit is 0, and values of a field. Owns the recognition of these shapes; a rule of another shape is an
// UnsupportedShape. Tests: tests/model/emit_test.cpp.
#pragma once

#include <string>
#include <vector>

#include "spec/ir.h"

namespace model {

// One contribution to a mask of a format, in force while `when` (a C expression, empty for always) holds.
struct MaskPart {
  std::string when;
  std::string bits;  // a C expression
};

struct FormatMasks {
  std::vector<MaskPart> forbidden;               // must be 0
  std::vector<MaskPart> forbidden_without_read;  // must be 0 while bit 0 is 0
  std::uint64_t reserved = 0;                    // of them: bits of fields of kind reserved
  std::vector<spec::Range> beyond_maxphyaddr;    // of them: fields of that kind
  std::uint64_t reserved_memory_types = 0;       // bit n: value n is reserved
};

FormatMasks masks_of(const spec::Spec& spec, std::size_t format);

// The bits of which one suffices for an entry to be present, as parts of a mask.
std::vector<MaskPart> present_bits(const spec::Spec& spec);

std::uint64_t constant_bits(const spec::Format& format, spec::FieldKind kind);  // of the fields whose ends are constant
std::vector<spec::Range> symbolic_ranges(const spec::Format& format, spec::FieldKind kind);
std::string c_range_mask(const spec::Range& range);  // a C expression over `maxphyaddr`

}  // namespace model
