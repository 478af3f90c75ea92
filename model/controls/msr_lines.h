// Capability MSRs as a person writes them: a line "NUMBER VALUE" or "NUMBER: VALUE" for each, both hexadecimal with or
// without 0x; in place of the number also the register's id. Empty lines and what is behind a # are ignored. Tests:
// tests/model/controls_test.cpp.
#pragma once

#include <string_view>

#include "spec/partial.h"

namespace model {

// Adds what the line or the text says to `msrs`. Mistakes are "PLACE: WHAT; expected WHAT", for a text with
// PLACE = NAME:LINE. An MSR may be there once.
void read_msr_line(const spec::Spec& spec, std::string_view line, const std::string& place, spec::Knowledge& msrs,
                   std::vector<std::string>& mistakes);
void read_msr_lines(const spec::Spec& spec, std::string_view text, const std::string& name, spec::Knowledge& msrs,
                    std::vector<std::string>& mistakes);

}  // namespace model
