// Adapters that crash, hang, answer garbage, late, out of order or not at all: the culprit is named, nobody else
// suffers.
#include <gtest/gtest.h>

#include <cstdlib>

#include "harness/adapters/pin.h"
#include "harness/judge/judging.h"
#include "harness/report/forms.h"
#include "harness/targets/open.h"
#include "tests/harness/cases.h"

namespace {

using harness::Judgement;
using harness::Verdict;

constexpr std::size_t kVectors = 20;
constexpr std::size_t kCulprit = 6;  // its case has the id 7

struct Behaviour {
  const char* name;
  Verdict verdict;     // of the culprit
  const char* reason;  // begins with
};

constexpr const char* kLacks =
    "no user shadow stacks: this processor has no control-flow enforcement (CPUID.07H:ECX.7)";

// All but the culprit pass, the culprit comes to this.
void expect_pinned(harness::Adapter& adapter, const Behaviour& behaviour) {
  const std::vector<Judgement> judgements = run_on(adapter, support::eptp_vectors(kVectors));
  for (std::size_t n = 0; n < kVectors; ++n) {
    const Verdict expected = n == kCulprit ? behaviour.verdict : Verdict::pass;
    EXPECT_EQ(judgements[n].verdict, expected) << "vector " << n << ": " << reason_text(judgements[n]);
  }
  EXPECT_EQ(reason_text(judgements[kCulprit]).substr(0, std::string(behaviour.reason).size()), behaviour.reason);
}

class HostileLibrary : public testing::TestWithParam<Behaviour> {};

TEST_P(HostileLibrary, is_pinned_to_its_vector) {
  setenv("EPTSPEC_TEST_BEHAVIOUR", GetParam().name, 1);
  // A short time for the hang alone: with sanitizers, a worker that exits looks for leaks first.
  const bool hangs = std::string_view(GetParam().reason).starts_with("hang");
  const auto adapter = harness::open_adapter(harness::parse_target("lib:" EPTSPEC_HOSTILE_LIBRARY),
                                             {.timeout_seconds = hangs ? 0.3 : 20});
  expect_pinned(*adapter, GetParam());
}

const auto kName = [](const testing::TestParamInfo<Behaviour>& one) { return std::string(one.param.name); };

INSTANTIATE_TEST_SUITE_P(
    Library, HostileLibrary,
    testing::Values(
        Behaviour{"", Verdict::pass, ""}, Behaviour{"crash", Verdict::error, "crash: the worker ended by signal 6"},
        Behaviour{"exit", Verdict::error, "crash: the worker ended with exit code 3"},
        Behaviour{"hang", Verdict::error, "hang: no answer within 0.3 s"},
        Behaviour{"close_and_stay", Verdict::error, "crash: the worker closed the pipe to the runner but did not end"},
        Behaviour{"crash_in_batch", Verdict::flaky,
                  "error, then pass when asked again; crash: the worker ended by signal 6 (Aborted) (in a "
                  "batch only, not alone)"},
        Behaviour{"flaky", Verdict::flaky, "fail, then pass when asked again"},
        Behaviour{"no_answer", Verdict::error, "garbage: no answer was filled in"},
        Behaviour{"wrong_id", Verdict::error, "garbage: the answer names case 4711 instead of 7"},
        Behaviour{"unknown_status", Verdict::error, "garbage: the answer has the unknown status 99"},
        Behaviour{"unknown_result", Verdict::error, "garbage: result 99 is no answer to this question"},
        Behaviour{"result_of_other_question", Verdict::error, "garbage: result 7 is no answer to this question"},
        Behaviour{"no_result", Verdict::error, "garbage: the answer has no result"},
        Behaviour{"unknown_valid_bit", Verdict::error, "garbage: unknown bits in valid"},
        Behaviour{"lie", Verdict::fail, ""}, Behaviour{"decline", Verdict::skipped, "not today"},
        Behaviour{"not_applicable", Verdict::not_applicable, kLacks},
        Behaviour{"endless_reason", Verdict::skipped, "xxxx"}, Behaviour{"chatter", Verdict::pass, ""}),
    [](const testing::TestParamInfo<Behaviour>& one) {
      return one.param.name[0] == '\0' ? std::string("honest") : std::string(one.param.name);
    });

class HostileCommand : public testing::TestWithParam<Behaviour> {};

TEST_P(HostileCommand, is_pinned_to_its_vector) {
  const std::string command = std::string("exec:/usr/bin/python3 '" EPTSPEC_HOSTILE_COMMAND "' ") + GetParam().name;
  const bool endless = GetParam().name == std::string("endless_line");  // the length of a line ends it, not the time
  const auto adapter =
      harness::open_adapter(harness::parse_target(command), {.timeout_seconds = endless ? 60 : 0.4, .batch = 9});
  expect_pinned(*adapter, GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Command, HostileCommand,
    testing::Values(
        Behaviour{"honest", Verdict::pass, ""}, Behaviour{"out_of_order", Verdict::pass, ""},
        Behaviour{"one_by_one", Verdict::pass, ""}, Behaviour{"late", Verdict::pass, ""},
        Behaviour{"flood_stderr", Verdict::pass, ""},
        Behaviour{"crash", Verdict::error, "crash: the command ended with exit code 134"},
        Behaviour{"exit", Verdict::error, "crash: the command ended with exit code 3"},
        Behaviour{"hang", Verdict::error, "hang: no whole answer in time"},
        // The shell that started it still has its standard output.
        Behaviour{"close_and_stay", Verdict::error, "hang: no whole answer in time"},
        Behaviour{"child_stays", Verdict::error, "crash: the command ended with exit code 4"},
        Behaviour{"truncate", Verdict::error, "crash: the command ended with exit code 0 in the middle of a line"},
        Behaviour{"garbage", Verdict::error, "garbage: no JSON object: Segmentation fault (not really)"},
        Behaviour{"endless_line", Verdict::error, "garbage: a line of more than 64 MBytes"},
        Behaviour{"missing", Verdict::error, "hang: no whole answer in time"},
        Behaviour{"duplicate", Verdict::error, "garbage: case 7 is answered twice"},
        Behaviour{"unknown_id", Verdict::error, "garbage: an answer to case 4711, which was not asked"},
        Behaviour{"unknown_result", Verdict::error, "garbage: answer 7: 'result' cannot be \"fine\""},
        Behaviour{"unknown_key", Verdict::error, "garbage: answer 7: 'colour' cannot be \"blue\""},
        Behaviour{"more_words", Verdict::error, "garbage: the answer brings 1 of 0 words"},
        Behaviour{"no_result", Verdict::error, "garbage: answer 7 has neither result, declined nor not_applicable"},
        Behaviour{"last_words", Verdict::error,
                  "crash: the command ended with exit code 1; it said: the table is full"},
        Behaviour{"flaky", Verdict::flaky, "fail, then pass when asked again"}, Behaviour{"lie", Verdict::fail, ""},
        Behaviour{"decline", Verdict::skipped, "not today"},
        Behaviour{"not_applicable", Verdict::not_applicable, kLacks}),
    kName);

TEST(Hostile, target_that_hangs_again_and_again_is_not_asked_any_more) {
  setenv("EPTSPEC_TEST_BEHAVIOUR", "hang_always", 1);
  const auto adapter =
      harness::open_adapter(harness::parse_target("lib:" EPTSPEC_HOSTILE_LIBRARY), {.timeout_seconds = 0.02});
  std::size_t hung = 0;
  std::size_t unasked = 0;
  for (const Judgement& judgement : run_on(*adapter, support::eptp_vectors(40))) {
    EXPECT_EQ(judgement.verdict, Verdict::error);
    hung += judgement.fate == harness::Fate::hang ? 1 : 0;
    unasked += was_asked(judgement) ? 0 : 1;
  }
  EXPECT_EQ(hung, harness::kMostHangs);
  EXPECT_EQ(unasked, 40 - harness::kMostHangs);
}

std::string why_not(const std::string& target) {
  try {
    harness::open_adapter(harness::parse_target(target), {.timeout_seconds = 1.0});
  } catch (const std::exception& error) {
    return error.what();
  }
  return "it was opened";
}

TEST(Hostile, target_that_cannot_be_used_is_one_line) {
  const std::string library = "lib:" EPTSPEC_HOSTILE_LIBRARY;
  setenv("EPTSPEC_TEST_BEHAVIOUR", "crash_at_once", 1);
  EXPECT_NE(why_not(library).find("signal 6"), std::string::npos);
  setenv("EPTSPEC_TEST_BEHAVIOUR", "refuses", 1);
  EXPECT_NE(why_not(library).find("cannot be used"), std::string::npos);
  setenv("EPTSPEC_TEST_BEHAVIOUR", "other_abi", 1);
  EXPECT_NE(why_not(library).find("another version of eptspec_adapter.h"), std::string::npos);
  EXPECT_NE(why_not("lib:/usr/lib/x86_64-linux-gnu/libm.so.6").find("no function eptspec_describe"), std::string::npos);
  EXPECT_NE(why_not("lib:/nowhere.so").find("cannot open"), std::string::npos);
  EXPECT_NE(why_not("exec:/nowhere").find("exit code 127"), std::string::npos);
  EXPECT_NE(why_not("exec:echo hello").find("no JSON object"), std::string::npos);
  EXPECT_NE(why_not("exec:/usr/bin/python3 '" EPTSPEC_HOSTILE_COMMAND "' other_abi").find("another version"),
            std::string::npos);
  setenv("EPTSPEC_TEST_BEHAVIOUR", "nameless", 1);
  EXPECT_NE(why_not(library).find("it has no name"), std::string::npos);
  setenv("EPTSPEC_TEST_BEHAVIOUR", "unknown_question", 1);
  EXPECT_NE(why_not(library).find("unknown bits in questions or flags"), std::string::npos);
  for (const char* nothing : {"exec:", "exec: ", "lib:"}) {
    EXPECT_NE(why_not(nothing).find("names nothing to run"), std::string::npos) << nothing;
  }
  EXPECT_NE(why_not("exec:yes x | tr -d '\\n'").find("a line of more than 64 MBytes"), std::string::npos);
  EXPECT_NE(why_not("xen").find("is not a target"), std::string::npos);
}

TEST(Hostile, what_a_greeting_lacks_is_named_with_its_value) {
  const auto greeted = [](const std::string& abi, const std::string& name, const std::string& configuration) {
    return why_not(R"(exec:echo '{"message":"hello","abi":)" + abi + R"(,"name":")" + name +
                   R"(","version":"1","questions":[],"configuration":)" + configuration + "}'; cat");
  };
  EXPECT_NE(greeted("1", "n", "\"any\"").find("'abi' is 1"), std::string::npos);
  EXPECT_NE(greeted("5", "", "\"any\"").find("without the texts 'name'"), std::string::npos);
  EXPECT_NE(greeted("5", "n", R"({"colour":1})").find("'colour' is no part"), std::string::npos);
  EXPECT_NE(greeted("5", "n", R"({"capability":"12"})").find(R"('capability' cannot be "12"; expected)"),
            std::string::npos);
  EXPECT_NE(greeted("5", "n", "7").find("'configuration' cannot be 7"), std::string::npos);
}

TEST(Hostile, name_does_not_write_over_the_terminal) {
  setenv("EPTSPEC_TEST_BEHAVIOUR", "coloured", 1);
  EXPECT_EQ(harness::open_adapter(harness::parse_target("lib:" EPTSPEC_HOSTILE_LIBRARY), {})->description().name,
            "?[31mhostile");
}

TEST(Hostile, configuration_that_the_command_cannot_be_is_left_out_with_its_reason) {
  for (const auto& [behaviour, verdict] : {std::pair("decline_configuration", Verdict::skipped),
                                           {"configuration_not_applicable", Verdict::not_applicable}}) {
    const auto adapter = harness::open_adapter(
        harness::parse_target(std::string("exec:/usr/bin/python3 '" EPTSPEC_HOSTILE_COMMAND "' ") + behaviour), {});
    for (const Judgement& judgement : run_on(*adapter, support::eptp_vectors(3))) {
      EXPECT_EQ(judgement, (Judgement{verdict, "no such processor", {}}));
    }
  }
}

}  // namespace
