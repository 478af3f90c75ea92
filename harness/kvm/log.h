// Finds warnings and crashes in a kernel's log. Tests: tests/harness/kvm/log_test.cpp.
#pragma once

#include <string>
#include <string_view>

namespace harness {

// The first line that tells of a panic, a bug or a warning of the kernel; empty when there is none.
std::string trouble_in(std::string_view log);

// Its lines from the first trouble on, or its last ones, each indented.
std::string tail_of(std::string_view log);

}  // namespace harness
