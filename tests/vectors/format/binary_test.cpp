// The compact binary: read as written, the layout of docs/vectors.md, and no changed bit goes unnoticed.
#include <iomanip>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/vectors/format/samples.h"
#include "vectors/format/binary.h"

namespace {

using samples::committed;
using samples::has;
using vectors::kBinaryHeader;
using vectors::kBinaryRecord;

std::vector<vectors::Vector> read(const std::string& bytes, std::vector<std::string>& errors) {
  return vectors::from_binary(bytes, "a.bin", errors);
}

TEST(Binary, is_read_as_it_was_written) {
  const std::string bytes = vectors::to_binary(committed().vectors);
  std::vector<std::string> errors;
  EXPECT_EQ(vectors::to_binary(read(bytes, errors)), bytes);
  EXPECT_EQ(errors, std::vector<std::string>{});
}

ept_word word_at(const std::string& bytes, std::size_t at) {
  ept_word value = 0;
  for (std::size_t i = 0; i < 8; ++i) value |= ept_word{static_cast<unsigned char>(bytes.at(at + i))} << 8 * i;
  return value;
}

TEST(Binary, places_are_those_that_the_documentation_gives) {
  const auto& vector = samples::with_goal("cell/pde_2m/reserved_bit/bit_13");
  const std::string record = vectors::binary_record(vector);
  EXPECT_EQ(word_at(record, 0) & 0xffff, record.size());
  EXPECT_EQ(record[2], 2);
  EXPECT_EQ(record[3], 39);
  EXPECT_EQ(record[4], 4);
  EXPECT_EQ(record[5], 4);
  EXPECT_EQ(record.size(), kBinaryRecord + 32 + 10 * static_cast<std::size_t>(record[6]));
  EXPECT_EQ(word_at(record, 16), EPT_ACCESS_READ);
  EXPECT_EQ(record[24], EPT_MISCONFIGURATION);
  EXPECT_EQ(word_at(record, 32), EPT_RULE_RESERVED_BIT);
  EXPECT_EQ(word_at(record, 56), 1U << 13);
  EXPECT_EQ(word_at(record, kBinaryRecord + 16), 0x400020b7U);
  EXPECT_EQ(word_at(record, kBinaryRecord + 32) & 0xffff, std::uint64_t{EPT_REGISTER_CAPABILITY});
  EXPECT_EQ(word_at(record, kBinaryRecord + 34), vector.asked.registers.capability);
  EXPECT_EQ(
      "ept-" +
          [&] {
            std::ostringstream id;
            id << std::hex << std::setw(16) << std::setfill('0') << word_at(record, 64);
            return id.str();
          }(),
      vector.id);
}

TEST(Binary, any_changed_bit_of_a_record_is_refused) {
  const std::string bytes = vectors::to_binary({samples::with_goal("cell/pde_2m/reserved_bit/bit_13")});
  for (std::size_t bit = kBinaryHeader * 8; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    std::vector<std::string> errors;
    EXPECT_TRUE(read(changed, errors).empty() && errors.size() == 1) << bit / 8;
  }
}

TEST(Binary, mistakes_say_at_which_byte) {
  const std::string bytes = vectors::to_binary({committed().vectors[0], committed().vectors[1]});
  const auto mistake = [&](std::size_t at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    std::vector<std::string> errors;
    EXPECT_EQ(read(changed, errors).size(), 1U);
    return errors.at(0);
  };
  const std::size_t second = kBinaryHeader + (word_at(bytes, kBinaryHeader) & 0xffff);
  const std::string id = committed().vectors[1].id;
  EXPECT_EQ(mistake(second + 32),
            "a.bin: byte " + std::to_string(second + 32) + ": " + id + ": expects what the manual does not say");
  EXPECT_NE(mistake(second + kBinaryRecord + 2).find("the id is not that of the case"), std::string::npos);
}

TEST(Binary, that_is_cut_off_is_refused) {
  const std::string bytes = vectors::to_binary(committed().vectors);
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{15}, bytes.size() - 1}) {
    std::vector<std::string> errors;
    EXPECT_TRUE(read(bytes.substr(0, size), errors).empty());
    EXPECT_EQ(errors.size(), 1U) << size;
  }
}

TEST(CArray, has_the_records_with_their_ids) {
  std::ostringstream out;
  vectors::write_c_array({committed().vectors[0]}, "some", out);
  EXPECT_NE(out.str().find("some[] = {"), std::string::npos);
  EXPECT_TRUE(has({out.str()}, committed().vectors[0].id));
}

}  // namespace
