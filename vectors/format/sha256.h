// SHA-256 as hexadecimal digits, for ids and the manifest. Tests: tests/vectors/format/identity_test.cpp.
#pragma once

#include <string>
#include <string_view>

namespace vectors {

std::string sha256(std::string_view bytes);  // 64 digits

}  // namespace vectors
