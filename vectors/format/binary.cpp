#include "vectors/format/binary.h"

#include <stdexcept>

#include <fmt/format.h>

#include "vectors/format/sha256.h"

namespace vectors {

namespace {

constexpr std::string_view kMagic = "EPTVECT\n";
constexpr ept_word kVersion = 1;
constexpr std::size_t kEntries = 5;

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
  void skip(std::size_t bytes) { at_ += bytes; }
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
  to.put(asked.configuration.capability, 8);
  to.put(asked.configuration.primary_controls, 4);
  to.put(asked.configuration.secondary_controls, 4);
  to.put(asked.configuration.tertiary_controls, 4);
  to.put(asked.configuration.parameters, 4);
  to.put(asked.eptp, 8);
  for (std::size_t i = 0; i < kEntries; ++i) to.put(i < asked.entries.size() ? asked.entries[i] : 0, 8);
  to.put(asked.guest_physical_address, 8);
  to.put(asked.access, 4);
}

// One of the three answers is there; the others are 0.
void put_expected(Writer& to, Question question, const Expected& expected) {
  const ept_outcome& outcome = expected.outcome;
  const bool entry = question == Question::entry;
  to.put_as(entry ? static_cast<int>(expected.classification.kind) : static_cast<int>(outcome.result), 1);
  to.put_as(outcome.level, 1);
  to.put(outcome.memory_type | outcome.ignore_pat << 3, 1);
  to.put_as(entry ? expected.classification.format : 0, 1);
  to.put(expected.eptp_rules | expected.classification.rules | outcome.rules, 2);
  to.put(outcome.convertible | outcome.convertible_defined << 1, 2);
  for (const ept_word levels : {outcome.accessed_must, outcome.accessed_may, outcome.dirty_must, outcome.dirty_may})
    to.put(levels, 1);
  to.put(outcome.qualification, 4);
  to.put(outcome.qualification_defined, 4);
  to.put(outcome.host_physical_address | outcome.reserved_bits | expected.classification.reserved_bits, 8);
}

std::string record_of(const Case& asked, const Expected& expected) {
  Writer to;
  put_case(to, asked);
  put_expected(to, asked.question, expected);
  return to.bytes;
}

Case take_case(Reader& from) {
  Case asked;
  asked.question = static_cast<Question>(from.take_int(1));
  asked.configuration.maxphyaddr = from.take(1);
  asked.level = from.take_int(1);
  asked.entries.resize(from.take(1));
  asked.configuration.pin_based_controls = from.take(4);
  asked.configuration.capability = from.take(8);
  asked.configuration.primary_controls = from.take(4);
  asked.configuration.secondary_controls = from.take(4);
  asked.configuration.tertiary_controls = from.take(4);
  asked.configuration.parameters = from.take(4);
  asked.eptp = from.take(8);
  for (std::size_t i = 0; i < kEntries; ++i) {
    const ept_word entry = from.take(8);
    if (i < asked.entries.size()) asked.entries[i] = entry;
  }
  asked.guest_physical_address = from.take(8);
  asked.access = from.take(4);
  return asked;
}

ept_outcome take_outcome(Reader& from, int result) {
  ept_outcome outcome{};
  outcome.result = static_cast<ept_result>(result);
  outcome.level = from.take_int(1);
  const ept_word type = from.take(2);  // with the format, which a walk has not
  outcome.memory_type = type & 7;
  outcome.ignore_pat = type >> 3 & 1;
  outcome.rules = from.take(2);
  const ept_word convertible = from.take(2);
  outcome.convertible = convertible & 1;
  outcome.convertible_defined = convertible >> 1;
  outcome.accessed_must = from.take(1);
  outcome.accessed_may = from.take(1);
  outcome.dirty_must = from.take(1);
  outcome.dirty_may = from.take(1);
  outcome.qualification = from.take(4);
  outcome.qualification_defined = from.take(4);
  const ept_word bits = from.take(8);
  (outcome.result == EPT_MISCONFIGURATION ? outcome.reserved_bits : outcome.host_physical_address) = bits;
  return outcome;
}

Expected take_expected(Reader& from, Question question) {
  Expected expected;
  const int answer = from.take_int(1);
  if (question == Question::walk) {
    expected.outcome = take_outcome(from, answer);
    return expected;
  }
  from.skip(2);
  expected.classification.kind = static_cast<ept_kind>(question == Question::entry ? answer : 0);
  expected.classification.format = static_cast<ept_format>(from.take_int(1));
  (question == Question::eptp ? expected.eptp_rules : expected.classification.rules) = from.take(2);
  from.skip(14);
  expected.classification.reserved_bits = from.take(8);
  return expected;
}

Vector take_record(std::string_view record) {
  Reader from(record);
  Vector vector;
  vector.asked = take_case(from);
  vector.expected = take_expected(from, vector.asked.question);
  vector.id = fmt::format("ept-{:016x}", from.take(8));
  return vector;
}

}  // namespace

std::string id_of(const Case& asked, const Expected& expected) {
  return "ept-" + sha256(record_of(asked, expected)).substr(0, 16);
}

std::string binary_header(std::size_t count) {
  Writer to;
  to.bytes = kMagic;
  to.put(kVersion, 4);
  to.put(count, 4);
  return to.bytes;
}

std::string binary_record(const Vector& vector) {
  Writer to;
  to.bytes = record_of(vector.asked, vector.expected);
  to.put(std::stoull(id_of(vector.asked, vector.expected).substr(4), nullptr, 16), 8);
  return to.bytes;
}

std::string to_binary(const std::vector<Vector>& list) {
  std::string bytes = binary_header(list.size());
  for (const Vector& vector : list) bytes += binary_record(vector);
  return bytes;
}

std::vector<Vector> from_binary(std::string_view bytes, const std::string& name) {
  const auto wrong = [&](std::size_t at, const char* what) {
    return std::runtime_error(fmt::format("{}: byte {}: {}", name, at, what));
  };
  if (bytes.size() < kBinaryHeader || bytes.substr(0, kMagic.size()) != kMagic) throw wrong(0, "no file of vectors");
  Reader header(bytes.substr(kMagic.size(), 8));
  if (header.take(4) != kVersion) throw wrong(8, "a version that is not known");
  const std::size_t count = header.take(4);
  const std::size_t size = bytes.size() - kBinaryHeader;
  if (count == 0 ? size % kBinaryRecord != 0 : size != count * kBinaryRecord)
    throw wrong(12, "another number of records than follows");
  std::vector<Vector> list;
  for (std::size_t at = kBinaryHeader; at < bytes.size(); at += kBinaryRecord) {
    const std::string_view record = bytes.substr(at, kBinaryRecord);
    if (record[0] > 2 || record[3] > static_cast<char>(kEntries)) throw wrong(at, "a record that is not one");
    list.push_back(take_record(record));
    const std::string found = "ept-" + sha256(record.substr(0, kIdentified)).substr(0, 16);
    if (found != list.back().id) throw wrong(at + kIdentified, "the id is not that of the record");
  }
  return list;
}

}  // namespace vectors
