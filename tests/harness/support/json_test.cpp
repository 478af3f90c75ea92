// The reader of JSON against nlohmann-json, on texts that are right and on texts that are one character wrong.
#include <gtest/gtest.h>

#include <optional>
#include <random>

#include <nlohmann/json.hpp>

#include "harness/support/json.h"

namespace {

using harness::Json;
using harness::JsonKind;
using harness::JsonValue;

// The value as nlohmann has it, made from what our reader says.
nlohmann::json copy_of(const JsonValue& value) {
  nlohmann::json copy;
  if (value.is(JsonKind::text)) return std::string(value.text());
  if (value.is(JsonKind::object)) {
    copy = nlohmann::json::object();
    for (const JsonValue child : value) copy[std::string(child.key())] = copy_of(child);
    return copy;
  }
  if (value.is(JsonKind::list)) {
    copy = nlohmann::json::array();
    for (const JsonValue child : value) copy.push_back(copy_of(child));
    return copy;
  }
  return nlohmann::json::parse(value.text());
}

// Null for a number that no double holds, which nlohmann refuses and the grammar does not.
std::optional<nlohmann::json> parsed(const std::string& text) {
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::out_of_range&) {
    return std::nullopt;
  } catch (const nlohmann::json::exception&) {
    return nlohmann::json(nlohmann::json::value_t::discarded);
  }
}

void expect_same(const std::string& text) {
  const auto expected = parsed(text);
  if (!expected) return;
  Json json;
  ASSERT_EQ(json.read(text), !expected->is_discarded()) << text;
  if (expected->is_discarded()) return;
  EXPECT_EQ(copy_of(json.root()), *expected) << text;
}

const std::vector<std::string> kTexts = {
    R"({"message":"run","run":7,"answers":[{"id":1,"result":"page"},{"id":2,"words":["0x1",2],"level":0}]})",
    R"( { "a" : [ ] , "b" : { } , "c" : [ null , true , false ] , "d" : -12.5e+3 } )",
    R"(["\u00e9\ud83d\ude00\n\t\"\\\/\b\f\r","é","", 0, -0, 1E5, 18446744073709551615])",
    R"("text")",
    "0",
    "[[[[1]]]]",
    R"({"a":1,"a":2})"};

TEST(Json, reads_what_is_right) {
  for (const std::string& text : kTexts) expect_same(text);
}

TEST(Json, agrees_about_texts_that_are_one_character_wrong) {
  std::mt19937 random(20260701);
  const std::string bytes = "{}[]\",:\\u0e9d8-+.tfn \x01\x7f\xc3\xa9\xed\xf4";
  for (int round = 0; round < 20000; ++round) {
    std::string text = kTexts[random() % kTexts.size()];
    const std::size_t at = random() % text.size();
    const char byte = bytes[random() % bytes.size()];
    switch (random() % 3) {
      case 0: text[at] = byte; break;
      case 1: text.insert(at, 1, byte); break;
      default: text.erase(at, 1 + random() % 3);
    }
    expect_same(text);
  }
}

TEST(Json, agrees_about_texts_that_are_cut_off) {
  for (const std::string& text : kTexts) {
    for (std::size_t size = 0; size < text.size(); ++size) expect_same(text.substr(0, size));
  }
}

TEST(Json, deep_nesting_is_refused_and_not_followed) {
  Json json;
  EXPECT_TRUE(json.read(std::string(harness::kDeepestJson, '[') + std::string(harness::kDeepestJson, ']')));
  // NOLINTNEXTLINE(bugprone-string-constructor): so long a text is what is tested
  EXPECT_FALSE(json.read(std::string(10'000'000, '[')));
}

TEST(Json, number_is_unsigned_and_64_bits_wide) {
  Json json;
  ASSERT_TRUE(json.read("[18446744073709551615,18446744073709551616,-1,1.0,\"1\"]"));
  std::vector<std::optional<std::uint64_t>> numbers;
  for (const JsonValue value : json.root()) numbers.push_back(value.number());
  EXPECT_EQ(numbers, (std::vector<std::optional<std::uint64_t>>{~std::uint64_t{0}, {}, {}, {}, {}}));
}

TEST(Json, quoted_text_is_read_back) {
  for (const std::string text : {"", "a\"b\\c\n\x01", "é"}) {
    EXPECT_EQ(nlohmann::json::parse(harness::json_text(text)), text);
  }
  EXPECT_EQ(harness::json_text("a\xff"), "\"a?\"");
}

}  // namespace
