// What is asked of a text again and again. Tests: tests/harness/suite/files_test.cpp.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

namespace harness {

// All of the text as one number, in digits alone. False when it is none.
template <class Number>
bool read_number(std::string_view text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end;
}

// A quick hash, for shards and for telling sets apart; not for security. FNV-1a, 64 bits. `seed` is the hash of what
// stands before the text.
constexpr std::uint64_t hash_of(std::string_view text, std::uint64_t seed = 0xcbf29ce484222325U) {
  std::uint64_t hash = seed;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

}  // namespace harness
