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
constexpr ept_word kVersion = 3;
constexpr std::size_t kMostEntries = 5;
constexpr std::size_t kExpectedPlace = 24;  // in a record
constexpr std::size_t kIdPlace = 64;
constexpr std::size_t kRegister = 10;  // bytes

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

// A number of a register, and what it has.
using Numbered = std::pair<std::size_t, ept_word>;

// Those of a case that are not 0.
std::vector<Numbered> numbered(ept_registers registers) {
  std::vector<Numbered> list;
  for (int n = 0; n < EPT_REGISTERS; ++n) {
    if (const ept_word value = *ept_register_word(&registers, n); value != 0) list.emplace_back(n, value);
  }
  return list;
}

// What a record begins with: from the size to the access.
struct Head {
  std::size_t size = 0;
  std::size_t entries = 0;
  std::size_t registers = 0;
  std::size_t check = 0;  // of a check
};

template <class Each>
void each_number(Head& head, Case& asked, Each& each) {
  each(head.size, 2);
  each(asked.question, 1);
  each(asked.registers.maxphyaddr, 1);
  each(asked.level, 1);
  each(head.entries, 1);
  each(head.registers, 1);
  each(head.check, 1);
  each(asked.guest_physical_address, 8);
  each(asked.access, 8);
}

using Words = std::array<ept_word, 5>;

void put(Words& words, std::size_t bit, unsigned bits, ept_word value, std::string_view what) {
  if (bits < 64 && value >> bits != 0)
    throw std::runtime_error(fmt::format("{:#x} has no room in {} bits of {}", value, bits, what));
  words.at(bit / 64) |= value << bit % 64;
}

Words words_of_check(const Case& asked, const Expected& expected) {
  Words words{};
  const ept_check_outcome_name* const outcome = outcome_of(asked.check, expected.check.outcome);
  put(words, 0, 8, expected.check.outcome, "the outcome of a check");
  put(words, 8, 8, outcome == nullptr ? 0xff : outcome->exception & 0xff, "exception");
  put(words, 16, 16, outcome == nullptr ? 0xffff : outcome->exit_reason & 0xffff, "exit reason");
  put(words, 32, 32, outcome == nullptr ? 0 : outcome->vm_instruction_errors, "VM-instruction errors");
  std::size_t bit = 64;
  for (const ept_check_rule_name& one : ept_check_rule_names) {
    if (one.whole != asked.check) continue;
    if ((expected.check.rules[one.check] & one.bits) != 0) put(words, bit, 1, 1, one.name);
    ++bit;
  }
  return words;
}

// Of the three answers of `expected` one is there; the others are 0.
Words words_of(const Case& asked, const Expected& expected) {
  if (asked.question == Question::check) return words_of_check(asked, expected);
  Words words{};
  const ept_classification& entry = expected.classification;
  for (const ept_outcome_member& one : ept_outcome_members) {
    if (is_told(expected.outcome, one)) continue;
    put(words, kPlaces.at(one.member), kBits.at(one.member), ept_outcome_get(&expected.outcome, one.member), one.name);
  }
  words[0] |= asked.question == Question::entry ? entry.kind | static_cast<ept_word>(entry.format) << 24
                                                : static_cast<ept_word>(expected.outcome.result);
  words[1] |= expected.eptp_rules | entry.rules;
  words[4] |= entry.reserved_bits;
  return words;
}

std::string record_of(Case asked, const Expected& expected) {
  Writer to;
  const std::vector<Numbered> registers = numbered(asked.registers);
  const std::size_t count = asked.entries.size();
  Head head{kBinaryRecord + 8 * count + kRegister * registers.size(), count, registers.size(),
            asked.question == Question::check ? static_cast<std::size_t>(asked.check) : 0};
  each_number(head, asked, to);
  for (const ept_word word : words_of(asked, expected)) to(word, 8);
  to(std::stoull(id_of(asked).substr(4), nullptr, 16), 8);
  for (const ept_word entry : asked.entries) to(entry, 8);
  for (const auto& [number, value] : registers) {
    to(number, 2);
    to(value, 8);
  }
  return to.bytes;
}

// Whether a case can be put to the model at all.
bool is_possible(const Case& asked) {
  const std::size_t entries = asked.entries.size();
  const auto level = static_cast<std::size_t>(asked.level);
  if (asked.registers.maxphyaddr < 1 || asked.registers.maxphyaddr > 52) return false;
  switch (asked.question) {
    case Question::eptp: return level == 0 && entries == 0;
    case Question::entry: return level >= 1 && level <= kMostEntries && entries == 1;
    case Question::walk:
    case Question::sub_page: return level == entries && entries == entries_of(asked);
    case Question::check:
      return level == 0 && entries == 0 && asked.check < EPT_CHECKS && ept_check_names[asked.check].whole;
  }
  return false;
}

// What is wrong with a record, and at which of its bytes.
using Mistake = std::pair<std::string, std::size_t>;

constexpr const char* kNoRecord = "a record that is not one";

std::optional<Mistake> take_case(std::string_view record, Case& asked) {
  Reader from{record};
  Head head;
  each_number(head, asked, from);
  if (head.entries > kMostEntries) return Mistake{kNoRecord, 5};
  if (asked.question == Question::check) asked.check = static_cast<ept_check_id>(head.check);
  from.at = kBinaryRecord;
  asked.entries.resize(head.entries);
  for (ept_word& entry : asked.entries) from(entry, 8);
  for (; head.registers > 0; --head.registers) {
    int number = 0;
    from(number, 2);
    if (number >= EPT_REGISTERS) return Mistake{"a register that does not exist", from.at - 2};
    ept_word& value = *ept_register_word(&asked.registers, number);
    from(value, 8);
    if ((value & ~ept_register_names[number].bits) != 0) return Mistake{"more bits than the register has", from.at - 8};
  }
  if (!is_possible(asked)) return Mistake{kNoRecord, 0};
  return std::nullopt;
}

std::optional<Mistake> take_record(std::string_view record, Vector& to) {
  if (auto mistake = take_case(record, to.asked)) return mistake;
  Reader from{record, kIdPlace};
  ept_word id = 0;
  from(id, 8);
  to.id = fmt::format("ept-{:016x}", id);
  to.expected = expected_of(to.asked);
  const std::string right = record_of(to.asked, to.expected);
  const auto different = static_cast<std::size_t>(
      std::mismatch(record.begin() + kExpectedPlace, record.begin() + kIdPlace, right.begin() + kExpectedPlace).first -
      record.begin());
  if (right.substr(kIdPlace, 8) != record.substr(kIdPlace, 8))
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
      << fmt::format("static const unsigned char {}[] = {{\n", name);
  for (const Vector& vector : list) {
    out << fmt::format("  /* {} {} */\n  ", vector.id, fmt::join(vector.goals, " "));
    for (const char byte : binary_record(vector)) out << fmt::format("{},", static_cast<unsigned char>(byte));
    out << "\n";
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
  std::vector<Vector> list;
  std::size_t records = 0;
  for (std::size_t at = kBinaryHeader; at < bytes.size(); ++records) {
    Head head;
    Case ignored;
    Reader from{bytes, at};
    if (bytes.size() - at >= kBinaryRecord) each_number(head, ignored, from);
    const std::size_t size = head.size;
    if (size != kBinaryRecord + 8 * head.entries + kRegister * head.registers || size > bytes.size() - at)
      return wrong(at, "a record that is cut off, or no record");
    Vector vector;
    if (const auto mistake = take_record(bytes.substr(at, size), vector))
      wrong(at + mistake->second, mistake->first);
    else
      list.push_back(std::move(vector));
    at += size;
  }
  if (count != 0 && count != records) return wrong(12, "another number of records than follows");
  return list;
}

}  // namespace vectors
