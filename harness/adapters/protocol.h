// The line protocol of exec: targets: one JSON object a line, both ways. Owns the words; knows no process. The schema
// for people is harness/abi/protocol.schema.json. Tests: tests/harness/adapters/hostile_test.cpp.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "harness/adapters/pin.h"

namespace simdjson::dom {
class parser;
}

namespace harness {

// What the runner says, each line closed by a line feed.
std::string hello_line();
std::string configure_line(ept_registers configuration);
// Cases of one configuration; `run` numbers the batch.
std::string run_line(std::uint64_t run, std::span<const PutCase> cases);
std::string bye_line();

struct Configured {
  std::uint32_t status = EPTSPEC_ANSWERED;  // of all cases for it: otherwise declined, or not applicable
  std::string reason;                       // then why
};

// What the adapter says. What is not of the protocol throws Failure, whose text says what is wrong with it.
class AnswerReader {
 public:
  AnswerReader();
  ~AnswerReader();
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;

  Description read_hello(std::string_view line);
  Configured read_configured(std::string_view line);
  // Takes the answers of a line into `answers`, which belong to `cases` (ids rising) and may come in any order and in
  // several lines. Answers to an earlier run are late and left out. Gives their number.
  std::size_t read(std::string_view line, std::uint64_t run, std::span<const PutCase> cases, std::span<Answer> answers);

 private:
  std::unique_ptr<simdjson::dom::parser> parser_;  // its memory is used again for the next line
};

}  // namespace harness
