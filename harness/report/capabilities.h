// What a target can do, in the forms of a report and of the matrix. Tests: tests/harness/report/capabilities_test.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/suite/capabilities.h"
#include "vectors/format/object.h"

namespace harness {

// The member "capabilities" of a report or of a column of the matrix, each line begun by `indent`; empty without any.
std::string capabilities_json(const std::optional<Capabilities>& of, const std::string& indent);
// Nothing where `from`, of an earlier version or of a target that has no processor of its own, has no such member.
std::optional<Capabilities> capabilities_from(vectors::Object& from);

// A few lines for the terminal: what EPT can do, and what the MSRs say that they should not.
std::string capabilities_text(const Capabilities& of);

// The table of what several targets can do, null for one that has not told: its lines without the headings, each the
// kind of a thing, its name, and a cell for each target.
std::vector<std::vector<std::string>> capability_rows(const std::vector<const Capabilities*>& targets);

}  // namespace harness
