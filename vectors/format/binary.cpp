#include "vectors/format/binary.h"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#include "ept_names.h"
#include "vectors/format/expectation.h"
#include "vectors/format/identity.h"

namespace vectors {

namespace {

constexpr std::string_view kMagic = "EPTVECT\n";
constexpr ept_word kVersion = 2;
constexpr std::size_t kEntries = 5;
constexpr std::size_t kExpectedPlace = 104;  // in a record
constexpr std::size_t kIdPlace = 144;

// From which bit of the expectation each member of an outcome lies there, and in how many bits, in the order of
// ept_outcome_members; two that no result has both of share a place. What is_told has none.
constexpr std::array kPlaces = {8U,  256U, 16U,  19U,  64U, 256U, 128U, 192U, 20U,
                                21U, 0U,   128U, 192U, 32U, 40U,  48U,  56U};
constexpr std::array kBits = {8U, 64U, 3U, 1U, 64U, 64U, 64U, 64U, 1U, 1U, 0U, 64U, 64U, 8U, 8U, 8U, 8U};
static_assert(kPlaces.size() == EPT_OUTCOME_MEMBERS && kBits.size() == EPT_OUTCOME_MEMBERS);

// Puts numbers one behind the other.
struct Writer {
  template <class Number>
  void operator()(Number number, std::size_t size) {
    const auto value = static_cast<ept_word>(number);
    if (size < 8 && value >> 8 * size != 0)
      throw std::runtime_error(fmt::format("{:#x} has no room in {} bytes", value, size));
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> 8 * i & 0xff));
  }

  std::string bytes;
};

// Takes them.
struct Reader {
  template <class Number>
  void operator()(Number& number, std::size_t size) {
    ept_word value = 0;
    for (std::size_t i = 0; i < size; ++i)
      value |= static_cast<ept_word>(static_cast<unsigned char>(bytes.at(at + i))) << 8 * i;
    at += size;
    number = static_cast<Number>(value);
  }

  std::string_view bytes;
  std::size_t at = 0;
};

// Calls `each` of all numbers of a case, as they lie in a record, with their sizes. The case gets kEntries entries, of
// which `count` are its own.
template <class Each>
void each_number(Case& asked, std::size_t& count, Each& each) {
  ept_registers& has = asked.registers;
  asked.entries.resize(kEntries);
  each(asked.question, 1);
  each(has.maxphyaddr, 1);
  each(asked.level, 1);
  each(count, 1);
  for (ept_word* word : {&has.pin_based_controls, &has.primary_controls, &has.secondary_controls}) each(*word, 4);
  for (ept_word* word : {&has.capability, &has.tertiary_controls, &has.parameters, &asked.registers.eptp})
    each(*word, 8);
  // A sub-page check leaves the last place to its pointer.
  const bool sub_page = asked.question == Question::sub_page;
  for (std::size_t n = 0; n < kEntries; ++n)
    each(sub_page && n + 1 == kEntries ? asked.registers.sub_page_table_pointer : asked.entries[n], 8);
  each(asked.guest_physical_address, 8);
  each(asked.access, 8);
}

// Of the three answers of `expected` one is there; the others are 0.
std::string record_of(Case asked, const Expected& expected) {
  if (asked.question == Question::check) throw std::runtime_error("a record has no room for the registers of a check");
  Writer to;
  std::size_t count = asked.entries.size();
  const std::string id = id_of(asked).substr(4);
  each_number(asked, count, to);
  const ept_classification& entry = expected.classification;
  std::array<ept_word, 5> words{};
  for (const ept_outcome_member& one : ept_outcome_members) {
    if (is_told(expected.outcome, one)) continue;
    const ept_word value = ept_outcome_get(&expected.outcome, one.member);
    const unsigned bits = kBits.at(one.member);
    if (bits < 64 && value >> bits != 0)
      throw std::runtime_error(fmt::format("{:#x} has no room in {} bits of {}", value, bits, one.name));
    words.at(kPlaces.at(one.member) / 64) |= value << kPlaces.at(one.member) % 64;
  }
  words[0] |= asked.question == Question::entry ? entry.kind | static_cast<ept_word>(entry.format) << 24
                                                : static_cast<ept_word>(expected.outcome.result);
  words[1] |= expected.eptp_rules | entry.rules;
  words[4] |= entry.reserved_bits;
  for (const ept_word word : words) to(word, 8);
  to(std::stoull(id, nullptr, 16), 8);
  return to.bytes;
}

// Whether a case can be put to the model at all.
bool is_possible(const Case& asked) {
  const std::size_t entries = asked.entries.size();
  const auto level = static_cast<std::size_t>(asked.level);
  if (asked.registers.maxphyaddr < 1 || asked.registers.maxphyaddr > 52) return false;
  switch (asked.question) {
    case Question::eptp: return level == 0 && entries == 0;
    case Question::entry: return level >= 1 && level <= kEntries && entries == 1;
    case Question::walk:
    case Question::sub_page: return level == entries && entries == entries_of(asked);
    case Question::check: return false;
  }
  return false;
}

// What is wrong with a record, and at which of its bytes.
using Mistake = std::pair<std::string, std::size_t>;

std::optional<Mistake> take_record(std::string_view record, Vector& to) {
  if (record[3] > static_cast<char>(kEntries) || record[3] < 0) return Mistake{"a record that is not one", 3};
  Reader from{record};
  std::size_t count = 0;
  each_number(to.asked, count, from);
  to.asked.entries.resize(count);
  if (!is_possible(to.asked)) return Mistake{"a record that is not one", 0};
  from.at = kIdPlace;
  ept_word id = 0;
  from(id, 8);
  to.id = fmt::format("ept-{:016x}", id);
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
  to(kVersion, 4);
  to(count, 4);
  return to.bytes;
}

std::string binary_record(const Vector& vector) { return record_of(vector.asked, vector.expected); }

std::string to_binary(const std::vector<Vector>& list) {
  std::string bytes = binary_header(list.size());
  for (const Vector& vector : list) bytes += binary_record(vector);
  return bytes;
}

void write_c_array(const std::vector<Vector>& list, const std::string& name, std::ostream& out) {
  out << "/* Vectors of eptspec, written by \"eptspec vectors export --format c\"; docs/vectors.md has the layout. */\n"
      << fmt::format("#define {}_COUNT {}\n", name, list.size())
      << fmt::format("static const unsigned char {}[{}][{}] = {{\n", name, list.size(), kBinaryRecord);
  for (const Vector& vector : list) {
    out << fmt::format("  /* {} {} */\n  {{", vector.id, fmt::join(vector.goals, " "));
    for (const char byte : binary_record(vector)) out << fmt::format("{},", static_cast<unsigned char>(byte));
    out << "},\n";
  }
  out << "};\n";
}

bool is_binary(std::string_view bytes) { return bytes.starts_with(kMagic); }

std::vector<Vector> from_binary(std::string_view bytes, const std::string& file, std::vector<std::string>& errors) {
  const auto wrong = [&](std::size_t at, std::string_view what) {
    errors.push_back(fmt::format("{}: byte {}: {}", file, at, what));
    return std::vector<Vector>();
  };
  if (bytes.size() < kBinaryHeader || !is_binary(bytes)) return wrong(0, "no file of vectors");
  Reader header{bytes, kMagic.size()};
  std::size_t version = 0;
  std::size_t count = 0;
  header(version, 4);
  header(count, 4);
  if (version != kVersion) return wrong(8, "a version that is not known");
  const std::size_t size = bytes.size() - kBinaryHeader;
  if (count == 0 ? size % kBinaryRecord != 0 : size != count * kBinaryRecord)
    return wrong(12, "another number of records than follows");
  std::vector<Vector> list;
  for (std::size_t at = kBinaryHeader; at < bytes.size(); at += kBinaryRecord) {
    Vector vector;
    if (const auto mistake = take_record(bytes.substr(at, kBinaryRecord), vector))
      wrong(at + mistake->second, mistake->first);
    else
      list.push_back(std::move(vector));
  }
  return list;
}

}  // namespace vectors
