// The bytes that go to the image and come back from it (harness/image/wire.h). Judges nothing; ignores data whose
// checksum is wrong. Tests: tests/harness/metal/blob_test.cpp.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ept_names.h"
#include "harness/image/wire.h"

namespace harness {

// CRC-32C.
std::uint32_t crc32c(std::string_view bytes);

// A case with all that lies behind it in the blob, where its size and counts are set.
struct MadeCase : image::Case {
  std::vector<image::Field> fields;
  std::vector<image::Word> words;
};
// What the case wants of a register that is a field of the VMCS; 0 where it says nothing.
std::uint64_t field_of(const MadeCase& made, ept_register number);
// It must have no such field yet.
void add_field(MadeCase& made, ept_register number, std::uint64_t value, image::Base base = image::Base::none);

// What a machine is given to run: the cases, the pages that tell their addresses, and where the host put the two
// windows.
struct Job {
  std::vector<MadeCase> cases;
  std::vector<std::uint64_t> pages;
  std::uint64_t window_of_tables = 0;
  std::uint64_t window_of_pages = 0;
  std::uint64_t asked = 0;  // digest of the cases of the harness of which it was made
};

// Of the results of all cases, in bytes.
std::uint64_t results_size(const Job& job);

// results: the physical address where the image is to leave its results; 0: where it finds room. flags: those of
// image::CasesHeader.
std::string to_blob(const Job& job, std::uint64_t results, std::uint32_t flags = 0);

// The same of what is read.
struct Recorded : image::Record {
  std::vector<std::uint64_t> words;  // those of the case afterwards, and behind them 0
};

struct Results {
  std::optional<image::Probe> probe;
  std::vector<Recorded> records;  // those that are whole, in their order
  std::optional<image::Trailer> trailer;
  std::string problem;                       // why there is not more; empty when all is there
  std::map<std::uint64_t, std::string> why;  // of cases that did not end as one does, by id: what happened
  std::uint64_t changed_by = 0;              // id of the case that modified memory outside its own pages; 0: not known
};

// Takes what is whole of `bytes`: probe, records and trailer as they lay in the machine's memory.
Results read_results(std::string_view bytes);

}  // namespace harness
