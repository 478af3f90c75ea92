// The lines of adapters: what is taken of them, and that lines which are no JSON are refused.
#include "harness/adapters/protocol.h"

#include <array>
#include <random>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

const std::string kRun =
    R"({"message":"run","run":7,"answers":[{"id":1,"result":"page","level":2,"host_physical_address":"0x1f"},)"
    R"({"declined":"a\u00e9\ud83d\ude00\n\"","id":3},{"id":2,"result":"violation","vm_instruction_error":7,"guest_physical_address":"0x5","words":["0x1",2,18446744073709551615]}]})";

// "refused", or how many answers were taken.
std::string taken_of(const std::string& line, std::array<harness::Answer, 3>& answers) {
  std::array<harness::PutCase, 3> cases{};
  for (std::size_t n = 0; n < cases.size(); ++n) cases[n].id = n + 1;
  answers = {};
  harness::AnswerReader reader;
  try {
    return std::to_string(reader.read(line, 7, cases, answers));
  } catch (const harness::Failure& failure) {
    return failure.what();
  }
}

std::string taken_of(const std::string& line) {
  std::array<harness::Answer, 3> answers{};
  return taken_of(line, answers);
}

TEST(Protocol, every_value_of_an_answer_is_taken) {
  std::array<harness::Answer, 3> answers{};
  ASSERT_EQ(taken_of(kRun, answers), "3");
  EXPECT_EQ(answers[0].level, 2U);
  EXPECT_EQ(answers[0].host_physical_address, 0x1fU);
  EXPECT_EQ(answers[1].words[0], 1U);
  EXPECT_EQ(answers[1].vm_instruction_error, 7U);
  EXPECT_EQ(answers[1].guest_physical_address, 5U);
  EXPECT_EQ(answers[1].valid, std::uint64_t{EPTSPEC_VALID_WORDS | EPTSPEC_VALID_VM_INSTRUCTION_ERROR |
                                            EPTSPEC_VALID_GUEST_PHYSICAL_ADDRESS});
  EXPECT_EQ(answers[1].words[2], ~std::uint64_t{0});
  EXPECT_STREQ(answers[2].reason, "aé😀\n\"");
}

TEST(Protocol, lines_that_are_no_json_are_refused) {
  const std::string deep = R"({"message":"run","run":7,"answers":[],"more":)";
  EXPECT_EQ(taken_of(deep + std::string(31, '[') + "1" + std::string(31, ']') + "}"), "0");
  for (const std::string& line :
       {kRun + "]", kRun + " 1", std::string(), std::string("[]"),
        std::string(R"({"message":"run","run":7,"run":7,"answers":[]})"),
        std::string(R"({"message":"run","run":7,"answers":[{"id":1,"result":"page","level":1,"level":1}]})"),
        std::string("{\"message\":\"run\",\"run\":7,\"answers\":[],\"more\":\"\xc3\x28\"}"),
        std::string(R"({"message":"run","run":7,"answers":[],"more":[{"a":{},"b":1,"a":[]}]})"),
        deep + std::string(32, '[') + "1" + std::string(32, ']') + "}",
        // NOLINTNEXTLINE(bugprone-string-constructor): so long a text is what is tested
        std::string(10'000'000, '[')})
    EXPECT_TRUE(taken_of(line).starts_with("no JSON object: ")) << line.substr(0, 100) << "\n" << taken_of(line);
}

// The library for the lines against the one for all else.
TEST(Protocol, texts_that_are_one_character_wrong_are_refused) {
  std::mt19937 random(20260701);
  const std::string bytes = "{}[]\",:\\u0e9d8-+.tfn \x01\x7f\xc3\xa9\xed\xf4";
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string line = kRun;
    const std::size_t at = random() % line.size();
    const char byte = bytes[random() % bytes.size()];
    switch (random() % 4) {
      case 0: line[at] = byte; break;
      case 1: line.insert(at, 1, byte); break;
      case 2: line.erase(at); break;
      default: line.erase(at, 1 + random() % 3);
    }
    if (nlohmann::json::accept(line)) continue;
    ++refused;
    EXPECT_TRUE(taken_of(line).starts_with("no JSON object: ")) << line;
  }
  EXPECT_GT(refused, 10000);
}

}  // namespace
