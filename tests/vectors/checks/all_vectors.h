// The vectors of the checks for all profiles, made once in a program. Used by
// tests/vectors/checks/check_vectors_test.cpp.
#pragma once

#include "tests/support/spec_under_test.h"
#include "vectors/checks/check_vectors.h"

namespace support {

inline const std::vector<vectors::CheckVectors>& all_check_vectors() {
  static const std::vector<vectors::CheckVectors> list = [] {
    std::vector<const spec::Profile*> profiles;
    for (const spec::Profile& one : spec_under_test().profiles) profiles.push_back(&one);
    return vectors::check_vectors(spec_under_test(), profiles);
  }();
  return list;
}

}  // namespace support
