// Speaks the line protocol around the reference model, as fast as the protocol can be spoken: the counterpart of
// harness_bench. It answers with the result, and of walks with level and address.
#include <charconv>
#include <iostream>

#include <fmt/format.h>

#include "ept_model.h"
#include "harness/adapters/adapter.h"
#include "harness/support/json.h"
#include "harness/support/names.h"

namespace {

using harness::Json;
using harness::JsonValue;

std::uint64_t word_of(const JsonValue& value) {
  if (const auto number = value.number()) return *number;
  std::uint64_t word = 0;
  std::from_chars(value.text().data() + 2, value.text().data() + value.text().size(), word, 16);
  return word;
}

void read_configuration(const JsonValue& from, eptspec_configuration& to) {
  const auto word = [&](const char* key) { return from.find(key) ? word_of(*from.find(key)) : 0; };
  to = {word("maxphyaddr"),         word("capability"),        word("pin_based_controls"), word("primary_controls"),
        word("secondary_controls"), word("tertiary_controls"), word("parameters")};
}

void read_words(const JsonValue& list, eptspec_case& asked) {
  for (const JsonValue pair : list) {
    eptspec_word& to = asked.words[asked.word_count++];
    auto at = pair.begin();
    to.address = word_of(*at);
    ++at;
    to.value = word_of(*at);
  }
}

void read_case(const JsonValue& from, eptspec_case& asked) {
  for (const JsonValue value : from) {
    const std::string_view key = value.key();
    if (key == "id") asked.id = word_of(value);
    if (key == "question") {
      asked.question = value.text() == "eptp"    ? EPTSPEC_QUESTION_EPTP
                       : value.text() == "entry" ? EPTSPEC_QUESTION_ENTRY
                                                 : EPTSPEC_QUESTION_WALK;
    }
    if (key == "eptp") asked.eptp = word_of(value);
    if (key == "level") asked.level = static_cast<std::uint32_t>(word_of(value));
    if (key == "guest_physical_address") asked.guest_physical_address = word_of(value);
    if (key == "access") asked.access = word_of(value);
    if (key == "entry") asked.words[asked.word_count++] = {0, word_of(value)};
    if (key == "words") read_words(value, asked);
  }
}

// The answers to a run, by the adapter for the target `reference`.
class Server {
 public:
  void configure(const JsonValue& said) { read_configuration(*said.find("configuration"), configuration_); }

  void run(const JsonValue& said, std::string& reply) {
    cases_.clear();
    const auto list = said.find("cases");
    for (const JsonValue one : *list) {
      eptspec_case& asked = cases_.emplace_back();
      asked.configuration = configuration_;
      read_case(one, asked);
    }
    observed_.resize(cases_.size());
    reference_->run(cases_, observed_);
    reply = fmt::format(R"({{"message":"run","run":{},"answers":[)", word_of(*said.find("run")));
    for (const harness::Observation& one : observed_) append(one.answer, reply);
    reply.back() = ']';
    reply += '}';
  }

 private:
  static void append(const eptspec_answer& answer, std::string& reply) {
    fmt::format_to(std::back_inserter(reply), R"({{"id":{},"result":"{}")", answer.id,
                   harness::result_name(answer.result));
    if (answer.result >= EPTSPEC_WALK_TRANSLATED) {
      fmt::format_to(std::back_inserter(reply), R"(,"level":{},"host_physical_address":"{:#x}")", answer.level,
                     answer.host_physical_address);
    }
    reply += "},";
  }

  eptspec_configuration configuration_{};
  std::unique_ptr<harness::Adapter> reference_ = harness::open_reference();
  std::vector<eptspec_case> cases_;
  std::vector<harness::Observation> observed_;
};

void serve() {
  Server server;
  Json json;
  std::string reply;
  for (std::string line; std::getline(std::cin, line) && json.read(line);) {
    const JsonValue said = json.root();
    const std::string message = said.text_of("message").value_or("");
    if (message == "bye") break;
    if (message == "hello") {
      reply = R"({"message":"hello","abi":2,"name":"bench","version":"1","questions":["eptp","entry","walk"],)"
              R"("configuration":"any"})";
    } else if (message == "configure") {
      server.configure(said);
      reply = R"({"message":"configure"})";
    } else {
      server.run(said, reply);
    }
    std::cout << reply << '\n' << std::flush;
  }
}

}  // namespace

int main() {
  try {
    std::ios::sync_with_stdio(false);
    serve();
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}
