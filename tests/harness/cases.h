// Vectors for the harness's own tests, expectations from the model: entries one bit away from a good one in every
// format, walks with something wrong at every level, EPTPs one bit away from a good one; with several processors.
#pragma once

#include <vector>

#include "harness/suite/run.h"
#include "harness/targets/open.h"
#include "vectors/format/vector.h"

namespace support {

std::vector<vectors::Vector> harness_vectors();

// `count` vectors that ask about an EPTP, ids "eptp-0" ….
std::vector<vectors::Vector> eptp_vectors(std::size_t count);

// Of a target with the usual options.
inline harness::OpenAdapter opener(const std::string& target) {
  return [target] { return harness::open_adapter(harness::parse_target(target), {}); };
}

}  // namespace support
