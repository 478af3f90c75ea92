// The bytes that go to the image and come back from it (harness/image/wire.h). Judges nothing; believes nothing that
// its checksum does not confirm. Tests: tests/harness/image/blob_test.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/image/wire.h"

namespace harness {

// CRC-32C.
std::uint32_t crc32c(std::string_view bytes);

// results: the physical address where the image is to leave its results.
std::string to_blob(const std::vector<image::Case>& cases, const std::vector<std::uint64_t>& pages,
                    std::uint64_t results);

// How many bytes the results of so many cases have.
std::size_t results_size(std::size_t cases);

struct Results {
  std::optional<image::Probe> probe;
  std::vector<image::Record> records;  // of the first cases, in their order; fewer when the results were cut off
  std::optional<image::Trailer> trailer;
  std::string problem;  // why there is not more; empty when all is there
};

// Takes what is whole from the beginning of `bytes`.
Results read_results(std::string_view bytes, std::size_t cases);

}  // namespace harness
