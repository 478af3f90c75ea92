// Counts of vectors that were judged but not kept, because a stream of random vectors has no end. Tests:
// tests/harness/suite/stream_test.cpp.
#pragma once

#include <array>
#include <map>
#include <string>
#include <utility>

#include "harness/judge/cause.h"

namespace harness {

struct Rest {
  std::array<std::size_t, kVerdicts.size()> of{};                  // by Verdict
  std::map<std::pair<Verdict, std::string>, std::size_t> reasons;  // of skipped and not applicable
  std::map<Cause, std::size_t> groups;
};

}  // namespace harness
