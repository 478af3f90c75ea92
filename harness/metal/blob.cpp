#include "harness/metal/blob.h"

#include <array>
#include <cstring>

#include <fmt/format.h>

namespace harness {

namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t n = 0; n < 256; ++n) table.at(n) = image::crc32c_byte(0, static_cast<std::uint8_t>(n));
  return table;
}
constexpr std::array<std::uint32_t, 256> kTable = make_table();

template <class T>
std::string_view bytes_of(const T& object) {
  return {reinterpret_cast<const char*>(&object), sizeof(T)};
}

// The object at `at`, when it is all there and its checksum, its last word, is right.
template <class T>
std::optional<T> sealed(std::string_view bytes, std::size_t at) {
  if (bytes.size() < at + sizeof(T)) return std::nullopt;
  T object{};
  std::memcpy(&object, bytes.data() + at, sizeof(T));
  if (crc32c(bytes.substr(at, sizeof(T) - 2 * sizeof(std::uint32_t))) != object.crc) return std::nullopt;
  return object;
}

std::string cut_off(std::size_t records, std::size_t cases) {
  return fmt::format("the results are cut off or damaged after {} of {} cases", records, cases);
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char c : bytes) crc = crc >> 8 ^ kTable.at((crc ^ static_cast<std::uint8_t>(c)) & 0xffU);
  return ~crc;
}

std::string to_blob(const Job& job, std::uint64_t results) {
  std::string body;
  body.reserve(job.pages.size() * sizeof(std::uint64_t) + job.cases.size() * sizeof(image::Case));
  for (const std::uint64_t page : job.pages) body += bytes_of(page);
  for (const image::Case& one : job.cases) body += bytes_of(one);
  const image::CasesHeader header{image::kCasesMagic,
                                  image::kWireVersion,
                                  crc32c(body),
                                  static_cast<std::uint32_t>(job.pages.size()),
                                  static_cast<std::uint32_t>(job.cases.size()),
                                  results,
                                  job.window_of_tables,
                                  job.window_of_pages};
  return std::string(bytes_of(header)) + body;
}

std::size_t results_size(std::size_t cases) {
  return image::kProbeSize + cases * sizeof(image::Record) + sizeof(image::Trailer);
}

Results read_results(std::string_view bytes, std::size_t cases) {
  Results results;
  results.probe = sealed<image::Probe>(bytes, 0);
  if (!results.probe || results.probe->magic != image::kProbeMagic || results.probe->version != image::kWireVersion) {
    results.probe.reset();
    results.problem = "there are no results";
    return results;
  }
  std::size_t at = image::kProbeSize;
  for (std::size_t n = 0; n < cases; ++n, at += sizeof(image::Record)) {
    const auto record = sealed<image::Record>(bytes, at);
    if (!record || record->magic != image::kRecordMagic || record->sequence != n) {
      results.problem = cut_off(n, cases);
      return results;
    }
    results.records.push_back(*record);
  }
  results.trailer = sealed<image::Trailer>(bytes, at);
  if (results.trailer && results.trailer->magic != image::kTrailerMagic) results.trailer.reset();
  if (!results.trailer) results.problem = cut_off(cases, cases);
  return results;
}

}  // namespace harness
