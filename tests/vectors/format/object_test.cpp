// The reader of JSON: what is refused, and where; what is right is visited to the last value.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "vectors/format/object.h"

namespace {

using vectors::Object;
using Errors = std::vector<std::string>;

Errors errors_of(
    const std::string& text, const std::function<void(Object&)>& use = [](Object&) {}) {
  Errors errors;
  vectors::read_object(text, "f", 7, errors, use);
  return errors;
}

// The place and the reason of the only mistake.
void expect_refused(const std::string& text, const std::string& error) {
  const Errors errors = errors_of(text);
  ASSERT_EQ(errors.size(), 1U) << text;
  EXPECT_EQ(errors[0].substr(0, error.size()), error) << text;
}

TEST(Object, text_that_is_no_json_is_refused_with_its_place) {
  expect_refused("{\n ?", "f:8:2: no JSON: ");
  expect_refused("", "f:7:1: no JSON: ");
  expect_refused("{} {}", "f:7:4: no JSON: ");
  expect_refused("{\"a\":\"\xc3\x28\"}", "f:7:8: no JSON: ");
  expect_refused(R"({"a":"\ud800"})", "f:7:13: no JSON: ");
  expect_refused("[1]", "f:7: not an object");
  expect_refused(R"({"a":1e999})", "f:7:11: no JSON: number overflow");
}

TEST(Object, member_that_is_there_twice_is_refused_at_any_depth) {
  expect_refused(R"({"a":1,"a":1})", "f:7:10: no JSON: 'a' is there twice");
  expect_refused("{\"b\":[{\"a\":{},\n\"a\":1}]}", "f:8:3: no JSON: 'a' is there twice");
  EXPECT_EQ(errors_of(R"({"a":{"a":1},"b":[{"a":1},{"a":1}]})"), Errors{});
}

TEST(Object, deep_nesting_is_refused_and_not_followed) {
  const auto nested = [](int depth) {
    const auto size = static_cast<std::size_t>(depth - 1);
    return "{\"a\":" + std::string(size, '[') + std::string(size, ']') + "}";
  };
  EXPECT_EQ(errors_of(nested(vectors::kDeepestJson)), Errors{});
  expect_refused(nested(vectors::kDeepestJson + 1), "f:7:37: no JSON: nested deeper than 32");
  // NOLINTNEXTLINE(bugprone-string-constructor): so long a text is what is tested
  expect_refused(std::string(10'000'000, '['), "f:7:33: no JSON: nested deeper than 32");
}

TEST(Object, member_that_nobody_looked_for_is_refused) {
  const auto use = [](Object& from) {
    EXPECT_EQ(from.text("a", true), "x");
    from.refuse_the_rest();
  };
  EXPECT_EQ(errors_of(R"({"a":"x","b":1})", use), Errors{"f:7: unknown key 'b'"});
}

TEST(Object, number_is_unsigned_and_64_bits_wide) {
  for (const auto& [text, right] : {std::pair("18446744073709551615", true),
                                    {"0", true},
                                    {"18446744073709551616", false},
                                    {"-1", false},
                                    {"1.0", false},
                                    {"\"1\"", false}}) {
    std::uint64_t number = 0;
    const Errors errors =
        errors_of(std::string("{\"n\":") + text + "}", [&](Object& from) { number = from.number("n"); });
    EXPECT_EQ(errors.empty(), right) << text;
    EXPECT_EQ(number, right ? std::stoull(text) : 0) << text;
  }
}

TEST(Object, objects_of_a_list_begin_their_errors_with_their_number) {
  const auto use = [](Object& from) {
    for (Object& one : from.objects("list")) one.any_text("a");
  };
  EXPECT_EQ(errors_of(R"({"list":[{"a":""},{},1]})", use),
            (Errors{"f:7: list 3: not an object", "f:7: list 2: 'a' is missing"}));
  EXPECT_EQ(errors_of(R"({"list":{"a":1}})", use), Errors{"f:7: list: 'a' is no text"});
}

TEST(Object, quoted_text_is_read_back) {
  for (const std::string text : {"", "a\"b\\c\n\x01", "é"}) {
    EXPECT_EQ(nlohmann::json::parse(vectors::json_text(text)), text);
  }
  EXPECT_EQ(vectors::json_text("a\xff"), "\"a\ufffd\"");
}

}  // namespace
