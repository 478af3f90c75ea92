#include "vectors/format/binary.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#include "vectors/format/check.h"
#include "vectors/format/identity.h"

namespace vectors {

namespace {

constexpr std::string_view kMagic = "EPTVECT\n";
constexpr ept_word kVersion = 2;
constexpr std::size_t kEntries = 5;
constexpr std::size_t kExpectedPlace = 104;  // in a record
constexpr std::size_t kIdPlace = 144;

struct Writer {
  void put(ept_word value, std::size_t size) {
    if (size < 8 && value >> 8 * size != 0)
      throw std::runtime_error(fmt::format("{:#x} has no room in {} bytes", value, size));
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> 8 * i & 0xff));
  }
  template <class Integer>
  void put_as(Integer value, std::size_t size) {
    put(static_cast<ept_word>(value), size);
  }

  std::string bytes;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  ept_word take(std::size_t bytes) {
    ept_word value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
      value |= static_cast<ept_word>(static_cast<unsigned char>(bytes_.at(at_ + i))) << 8 * i;
    at_ += bytes;
    return value;
  }
  int take_int(std::size_t bytes) { return static_cast<int>(take(bytes)); }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

void put_case(Writer& to, const Case& asked) {
  to.put_as(asked.question, 1);
  to.put(asked.configuration.maxphyaddr, 1);
  to.put_as(asked.level, 1);
  to.put(asked.entries.size(), 1);
  to.put(asked.configuration.pin_based_controls, 4);
  to.put(asked.configuration.primary_controls, 4);
  to.put(asked.configuration.secondary_controls, 4);
  to.put(asked.configuration.capability, 8);
  to.put(asked.configuration.tertiary_controls, 8);
  to.put(asked.configuration.parameters, 8);
  to.put(asked.eptp, 8);
  for (std::size_t i = 0; i < kEntries; ++i) to.put(i < asked.entries.size() ? asked.entries[i] : 0, 8);
  to.put(asked.guest_physical_address, 8);
  to.put(asked.access, 8);
}

// One of the three answers is there; the others are 0.
void put_expected(Writer& to, Question question, const Expected& expected) {
  const ept_outcome& outcome = expected.outcome;
  const bool entry = question == Question::entry;
  to.put_as(entry ? static_cast<int>(expected.classification.kind) : static_cast<int>(outcome.result), 1);
  to.put_as(outcome.level, 1);
  to.put(outcome.memory_type | outcome.ignore_pat << 3 | outcome.convertible << 4 | outcome.convertible_defined << 5,
         1);
  to.put_as(entry ? expected.classification.format : 0, 1);
  for (const ept_word levels : {outcome.accessed_must, outcome.accessed_may, outcome.dirty_must, outcome.dirty_may})
    to.put(levels, 1);
  to.put(expected.eptp_rules | expected.classification.rules | outcome.rules, 8);
  to.put(outcome.qualification, 8);
  to.put(outcome.qualification_defined, 8);
  to.put(outcome.host_physical_address | outcome.reserved_bits | expected.classification.reserved_bits, 8);
}

std::string record_of(const Case& asked, const Expected& expected) {
  Writer to;
  put_case(to, asked);
  put_expected(to, asked.question, expected);
  to.put(std::stoull(id_of(asked).substr(4), nullptr, 16), 8);
  return to.bytes;
}

Case take_case(Reader& from) {
  Case asked;
  asked.question = static_cast<Question>(from.take_int(1));
  asked.configuration.maxphyaddr = from.take(1);
  asked.level = from.take_int(1);
  asked.entries.resize(from.take(1));
  asked.configuration.pin_based_controls = from.take(4);
  asked.configuration.primary_controls = from.take(4);
  asked.configuration.secondary_controls = from.take(4);
  asked.configuration.capability = from.take(8);
  asked.configuration.tertiary_controls = from.take(8);
  asked.configuration.parameters = from.take(8);
  asked.eptp = from.take(8);
  for (std::size_t i = 0; i < kEntries; ++i) {
    const ept_word entry = from.take(8);
    if (i < asked.entries.size()) asked.entries[i] = entry;
  }
  asked.guest_physical_address = from.take(8);
  asked.access = from.take(8);
  return asked;
}

// Whether a case can be put to the model at all.
bool is_possible(const Case& asked, std::size_t entries) {
  const auto level = static_cast<std::size_t>(asked.level);
  if (asked.configuration.maxphyaddr < 1 || asked.configuration.maxphyaddr > 52) return false;
  switch (asked.question) {
    case Question::eptp: return level == 0 && entries == 0;
    case Question::entry: return level >= 1 && level <= kEntries && entries == 1;
    case Question::walk: return level == entries && asked.level == levels_of(asked.configuration, asked.eptp);
  }
  return false;
}

// What is wrong with a record, and at which of its bytes.
struct Mistake {
  std::string what;
  std::size_t at = 0;
};

std::optional<Mistake> take_record(std::string_view record, Vector& to) {
  if (record[3] > static_cast<char>(kEntries) || record[3] < 0) return Mistake{"a record that is not one", 3};
  Reader from(record);
  to.asked = take_case(from);
  if (!is_possible(to.asked, to.asked.entries.size())) return Mistake{"a record that is not one", 0};
  Reader id(record.substr(kIdPlace));
  to.id = fmt::format("ept-{:016x}", id.take(8));
  to.expected = expected_of(to.asked);
  const std::string right = record_of(to.asked, to.expected);
  const auto different = static_cast<std::size_t>(
      std::mismatch(record.begin() + kExpectedPlace, record.begin() + kIdPlace, right.begin() + kExpectedPlace).first -
      record.begin());
  if (right.substr(kIdPlace) != record.substr(kIdPlace))
    return Mistake{fmt::format("{}: the id is not that of the case, {}", to.id, id_of(to.asked)), kIdPlace};
  if (different != kIdPlace) return Mistake{to.id + ": expects what the manual does not say", different};
  if (right != record) return Mistake{to.id + ": a bit of its case means nothing", 0};
  return std::nullopt;
}

}  // namespace

std::string binary_header(std::size_t count) {
  Writer to;
  to.bytes = kMagic;
  to.put(kVersion, 4);
  to.put(count, 4);
  return to.bytes;
}

std::string binary_record(const Vector& vector) { return record_of(vector.asked, vector.expected); }

std::string to_binary(const std::vector<Vector>& list) {
  std::string bytes = binary_header(list.size());
  for (const Vector& vector : list) bytes += binary_record(vector);
  return bytes;
}

bool is_binary(std::string_view bytes) { return bytes.starts_with(kMagic); }

std::vector<Vector> from_binary(std::string_view bytes, const std::string& file, std::vector<std::string>& errors) {
  const auto wrong = [&](std::size_t at, std::string_view what) {
    errors.push_back(fmt::format("{}: byte {}: {}", file, at, what));
    return std::vector<Vector>();
  };
  if (bytes.size() < kBinaryHeader || !is_binary(bytes)) return wrong(0, "no file of vectors");
  Reader header(bytes.substr(kMagic.size(), 8));
  if (header.take(4) != kVersion) return wrong(8, "a version that is not known");
  const std::size_t count = header.take(4);
  const std::size_t size = bytes.size() - kBinaryHeader;
  if (count == 0 ? size % kBinaryRecord != 0 : size != count * kBinaryRecord)
    return wrong(12, "another number of records than follows");
  std::vector<Vector> list;
  for (std::size_t at = kBinaryHeader; at < bytes.size(); at += kBinaryRecord) {
    Vector vector;
    if (const auto mistake = take_record(bytes.substr(at, kBinaryRecord), vector))
      wrong(at + mistake->at, mistake->what);
    else
      list.push_back(std::move(vector));
  }
  return list;
}

}  // namespace vectors
