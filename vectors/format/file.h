// Reads files of other origin: with a limit of size, and with one line for each mistake. Tests:
// tests/harness/suite/files_test.cpp.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace vectors {

inline constexpr std::size_t kMostFileBytes = std::size_t{256} << 20;

// The bytes of a regular file or a pipe, at most so many of them. Throws std::runtime_error, "FILE: WHY; expected
// EXPECTED", for anything else: a folder, a device, a larger file.
std::string read_file(const std::filesystem::path& path, std::string_view expected = "a file",
                      std::size_t most = kMostFileBytes);

// Throws std::runtime_error, "FILE: cannot be written: WHY".
void write_file(const std::filesystem::path& path, std::string_view bytes);

// "LINE:COLUMN" of a byte; columns count from 1, lines from `first`.
std::string place_in(std::string_view text, std::size_t byte, std::size_t first = 1);

}  // namespace vectors
