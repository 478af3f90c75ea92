// Speaks the line protocol around the reference model, as fast as the protocol can be spoken: the counterpart of
// harness_bench. It answers with the result, and of walks with level and address.
#include <charconv>
#include <iostream>

#include <fmt/format.h>
#include <simdjson.h>

#include "ept_model.h"
#include "harness/adapters/adapter.h"
#include "harness/support/names.h"

namespace {

using simdjson::dom::element;

std::uint64_t word_of(element value) {
  if (value.is_uint64()) return value;
  const std::string_view text = value;
  std::uint64_t word = 0;
  std::from_chars(text.data() + 2, text.data() + text.size(), word, 16);
  return word;
}

void read_configuration(element from, ept_registers& to) {
  const auto word = [&](const char* key) { return word_of(from[key]); };
  to.maxphyaddr = word("maxphyaddr");
  to.capability = word("capability");
  to.pin_based_controls = word("pin_based_controls");
  to.primary_controls = word("primary_controls");
  to.secondary_controls = word("secondary_controls");
  to.tertiary_controls = word("tertiary_controls");
  to.parameters = word("parameters");
}

void read_words(element list, harness::PutCase& asked) {
  for (const element pair : list) asked.words.push_back({word_of(pair.at(0)), word_of(pair.at(1))});
}

void read_case(element from, harness::PutCase& asked) {
  for (const auto [key, value] : simdjson::dom::object(from)) {
    if (key == "id") asked.id = word_of(value);
    if (key == "question") {
      asked.question = std::string_view(value) == "eptp"    ? EPTSPEC_QUESTION_EPTP
                       : std::string_view(value) == "entry" ? EPTSPEC_QUESTION_ENTRY
                                                            : EPTSPEC_QUESTION_WALK;
    }
    if (key == "eptp") asked.registers.eptp = word_of(value);
    if (key == "level") asked.level = static_cast<std::uint32_t>(word_of(value));
    if (key == "guest_physical_address") asked.guest_physical_address = word_of(value);
    if (key == "access") asked.access = word_of(value);
    if (key == "entry") asked.words.push_back({0, word_of(value)});
    if (key == "words") read_words(value, asked);
  }
}

// The answers to a run, by the adapter for the target `reference`.
class Server {
 public:
  void configure(element said) { read_configuration(said["configuration"], configuration_); }

  void run(element said, std::string& reply) {
    cases_.clear();
    for (const element one : said["cases"]) {
      harness::PutCase& asked = cases_.emplace_back();
      asked.registers = configuration_;
      read_case(one, asked);
    }
    observed_.resize(cases_.size());
    reference_->run(cases_, observed_);
    reply = fmt::format(R"({{"message":"run","run":{},"answers":[)", word_of(said["run"]));
    for (const harness::Observation& one : observed_) append(one.answer, reply);
    reply.back() = ']';
    reply += '}';
  }

 private:
  static void append(const harness::Answer& answer, std::string& reply) {
    fmt::format_to(std::back_inserter(reply), R"({{"id":{},"result":"{}")", answer.id,
                   harness::result_name(answer.result));
    if (answer.result >= EPTSPEC_WALK_TRANSLATED) {
      fmt::format_to(std::back_inserter(reply), R"(,"level":{},"host_physical_address":"{:#x}")", answer.level,
                     answer.host_physical_address);
    }
    reply += "},";
  }

  ept_registers configuration_{};
  std::unique_ptr<harness::Adapter> reference_ = harness::open_reference();
  std::vector<harness::PutCase> cases_;
  std::vector<harness::Observation> observed_;
};

void serve() {
  Server server;
  simdjson::dom::parser parser;
  std::string reply;
  for (std::string line; std::getline(std::cin, line);) {
    const element said = parser.parse(line);
    const std::string_view message = said["message"];
    if (message == "bye") break;
    if (message == "hello") {
      reply = R"({"message":"hello","abi":5,"name":"bench","version":"1","questions":["eptp","entry","walk"],)"
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
