// Runs another program to its end. Tests: tests/harness/kvm/medium_test.cpp.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace harness {

// What it says, errors too. Throws std::runtime_error with the last line it said when it fails or is missing.
std::string run_program(const std::vector<std::string>& words, const std::filesystem::path& directory);

}  // namespace harness
