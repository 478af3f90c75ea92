#include "harness/metal/blob.h"

#include <algorithm>
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

// Whether the object at `at` is all there and its checksum, its last word, is right.
bool is_sealed(std::string_view bytes, std::size_t at, std::size_t size) {
  if (bytes.size() < at + size) return false;
  image::Seal seal{};
  std::memcpy(&seal, bytes.data() + at + size - sizeof(seal), sizeof(seal));
  return crc32c(bytes.substr(at, size - sizeof(seal))) == seal.crc;
}

template <class T>
std::optional<T> sealed(std::string_view bytes, std::size_t at) {
  if (!is_sealed(bytes, at, sizeof(T))) return std::nullopt;
  T object{};
  std::memcpy(&object, bytes.data() + at, sizeof(T));
  return object;
}

std::optional<Recorded> sealed_record(std::string_view bytes, std::size_t at, std::size_t words) {
  if (!is_sealed(bytes, at, image::size_of_record(words))) return std::nullopt;
  Recorded record{};
  record.words.resize(words);
  std::memcpy(static_cast<image::Record*>(&record), bytes.data() + at, sizeof(image::Record));
  std::memcpy(record.words.data(), bytes.data() + at + sizeof(image::Record), words * sizeof(std::uint64_t));
  return record;
}

std::size_t most_words(const Job& job) {
  std::size_t most = 0;
  for (const MadeCase& one : job.cases) most = std::max(most, one.words.size());
  return most;
}

void append(const MadeCase& made, std::string& body) {
  image::Case head = made;
  head.field_count = static_cast<std::uint32_t>(made.fields.size());
  head.word_count = static_cast<std::uint32_t>(made.words.size());
  head.size = static_cast<std::uint32_t>(image::size_of_case(head.field_count, head.word_count));
  body += bytes_of(head);
  for (const image::Field& field : made.fields) body += bytes_of(field);
  for (const image::Word& word : made.words) body += bytes_of(word);
}

std::string problem_of(const Results& results, std::size_t cases) {
  const std::size_t whole = results.records.size();
  if (whole != cases) return fmt::format("{} of {} records missing, cut off or damaged", cases - whole, cases);
  return results.trailer ? "" : "the end of the results is missing, cut off or damaged";
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char c : bytes) crc = crc >> 8 ^ kTable.at((crc ^ static_cast<std::uint8_t>(c)) & 0xffU);
  return ~crc;
}

std::uint64_t field_of(const MadeCase& made, ept_register number) {
  const auto found = std::find_if(made.fields.begin(), made.fields.end(), [&](const image::Field& field) {
    return field.encoding == ept_register_names[number].number;
  });
  return found == made.fields.end() ? 0 : found->value;
}

void add_field(MadeCase& made, ept_register number, std::uint64_t value, image::Base base) {
  made.fields.push_back({ept_register_names[number].number, base, value});
}

std::uint64_t results_size(const Job& job) { return image::results_size(job.cases.size(), most_words(job)); }

std::string to_blob(const Job& job, std::uint64_t results, std::uint32_t flags) {
  std::string body;
  for (const std::uint64_t page : job.pages) body += bytes_of(page);
  const std::size_t pages_size = body.size();
  for (const MadeCase& one : job.cases) append(one, body);
  image::CasesHeader header{};
  header.magic = image::kCasesMagic;
  header.version = image::kWireVersion;
  header.crc = crc32c(body);
  header.page_count = static_cast<std::uint32_t>(job.pages.size());
  header.case_count = static_cast<std::uint32_t>(job.cases.size());
  header.results = results;
  header.tables = job.window_of_tables;
  header.pages = job.window_of_pages;
  header.asked = job.asked;
  header.flags = flags;
  header.cases_size = static_cast<std::uint32_t>(body.size() - pages_size);
  header.record_words = static_cast<std::uint32_t>(most_words(job));
  return std::string(bytes_of(header)) + body;
}

Results read_results(std::string_view bytes) {
  Results results;
  results.probe = sealed<image::Probe>(bytes, 0);
  if (!results.probe || results.probe->magic != image::kProbeMagic || results.probe->version != image::kWireVersion ||
      results.probe->record_words > image::kMostWords) {
    results.probe.reset();
    results.problem = "there are no results";
    return results;
  }
  const std::size_t cases = results.probe->case_count;
  std::size_t at = image::kProbeSize;
  const std::size_t words = results.probe->record_words;
  for (std::size_t n = 0; n < cases && at < bytes.size(); ++n, at += image::size_of_record(words)) {
    auto record = sealed_record(bytes, at, words);
    if (record && record->magic == image::kRecordMagic && record->sequence == n)
      results.records.push_back(std::move(*record));
  }
  results.trailer = sealed<image::Trailer>(bytes, image::kProbeSize + cases * image::size_of_record(words));
  if (results.trailer && results.trailer->magic != image::kTrailerMagic) results.trailer.reset();
  results.problem = problem_of(results, cases);
  return results;
}

}  // namespace harness
