// The bytes that go to the image and come back from it (harness/image/wire.h). Judges nothing; believes nothing that
// its checksum does not confirm. Tests: tests/harness/image/blob_test.cpp.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/image/wire.h"

namespace harness {

// CRC-32C.
std::uint32_t crc32c(std::string_view bytes);

// What a machine is given to run: the cases, the pages that tell their addresses, and where the host put the two
// windows.
struct Job {
  std::vector<image::Case> cases;
  std::vector<std::uint64_t> pages;
  std::uint64_t window_of_tables = 0;
  std::uint64_t window_of_pages = 0;
};

// results: the physical address where the image is to leave its results; 0: where it finds room.
std::string to_blob(const Job& job, std::uint64_t results);

// How many bytes the results of so many cases have.
std::size_t results_size(std::size_t cases);

struct Results {
  std::optional<image::Probe> probe;
  std::vector<image::Record> records;  // of the first cases, in their order; fewer when the results were cut off
  std::optional<image::Trailer> trailer;
  std::string problem;                     // why there is not more; empty when all is there
  std::map<std::size_t, std::string> why;  // of records that tell only that the case did not end: what happened
};

// Takes what is whole from the beginning of `bytes`.
Results read_results(std::string_view bytes, std::size_t cases);

}  // namespace harness
