// SHA-256 (FIPS 180-4), for ids and the manifest: no packaged library that has it is linked otherwise. Tests:
// tests/vectors/format/sha256_test.cpp.
#pragma once

#include <string>
#include <string_view>

namespace vectors {

std::string sha256(std::string_view bytes);  // 64 hexadecimal digits

}  // namespace vectors
