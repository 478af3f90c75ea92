#include "harness/protocol.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/names.h"

namespace harness {

namespace {

using Json = nlohmann::json;

struct Member {
  const char* key;
  std::uint64_t eptspec_configuration::*word;
};
constexpr auto kConfiguration =
    std::to_array<Member>({{"maxphyaddr", &eptspec_configuration::maxphyaddr},
                           {"capability", &eptspec_configuration::capability},
                           {"pin_based_controls", &eptspec_configuration::pin_based_controls},
                           {"primary_controls", &eptspec_configuration::primary_controls},
                           {"secondary_controls", &eptspec_configuration::secondary_controls},
                           {"tertiary_controls", &eptspec_configuration::tertiary_controls},
                           {"parameters", &eptspec_configuration::parameters}});

// A number, or a text with a hexadecimal number: JSON readers in the field keep 53 bits of a number only.
std::optional<std::uint64_t> word_of(const Json& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  if (text.size() < 3 || text[0] != '0' || text[1] != 'x') return std::nullopt;
  std::uint64_t word = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 2, end, word, 16);
  return error == std::errc() && stop == end ? std::optional(word) : std::nullopt;
}

// For a message: what an adapter says may be anything.
std::string cut(std::string_view text) {
  constexpr std::size_t kMost = 120;
  std::string printable(text.substr(0, kMost));
  for (char& c : printable) {
    if (c < ' ' || c > '~') c = '?';
  }
  return printable + (text.size() > kMost ? "..." : "");
}

// The line as an object with this "message", or what is wrong with it.
std::string open_message(std::string_view line, const char* message, Json& object) {
  object = Json::parse(line, nullptr, false);
  if (!object.is_object()) return fmt::format("no JSON object: {}", cut(line));
  const auto said = object.find("message");
  if (said == object.end() || *said != message) return fmt::format("no message '{}': {}", message, cut(line));
  return {};
}

bool read_configuration(const Json& from, eptspec_configuration& to) {
  if (!from.is_object()) return false;
  for (const auto& [key, value] : from.items()) {
    const auto* const member = std::find_if(std::begin(kConfiguration), std::end(kConfiguration),
                                            [&name = key](const Member& one) { return name == one.key; });
    const auto word = word_of(value);
    if (member == std::end(kConfiguration) || !word) return false;
    to.*(member->word) = *word;
  }
  return true;
}

bool read_questions(const Json& from, std::uint32_t& questions) {
  if (!from.is_array()) return false;
  for (const Json& one : from) {
    if (one == "eptp") {
      questions |= EPTSPEC_QUESTION_EPTP;
    } else if (one == "entry") {
      questions |= EPTSPEC_QUESTION_ENTRY;
    } else if (one == "walk") {
      questions |= EPTSPEC_QUESTION_WALK;
    } else {
      return false;
    }
  }
  return true;
}

const char* question_name(std::uint32_t question) {
  switch (question) {
    case EPTSPEC_QUESTION_EPTP: return "eptp";
    case EPTSPEC_QUESTION_ENTRY: return "entry";
    default: return "walk";
  }
}

void append_case(const eptspec_case& asked, std::string& line) {
  const auto out = std::back_inserter(line);
  fmt::format_to(out, R"({{"id":{},"question":"{}","eptp":"{:#x}")", asked.id, question_name(asked.question),
                 asked.eptp);
  if (asked.question == EPTSPEC_QUESTION_ENTRY) {
    fmt::format_to(out, R"(,"level":{},"entry":"{:#x}")", asked.level, asked.words[0].value);
  } else if (asked.question == EPTSPEC_QUESTION_WALK) {
    fmt::format_to(out, R"(,"level":{},"guest_physical_address":"{:#x}","access":"{:#x}","words":[)", asked.level,
                   asked.guest_physical_address, asked.access);
    for (std::uint32_t n = 0; n < asked.word_count; ++n) {
      fmt::format_to(out, R"({}["{:#x}","{:#x}"])", n == 0 ? "" : ",", asked.words[n].address, asked.words[n].value);
    }
    line += ']';
  }
  line += '}';
}

template <class Number>
bool read_member(const Json& value, Number& to, std::uint64_t bit, eptspec_answer& answer) {
  const auto word = word_of(value);
  if (!word || *word > std::numeric_limits<Number>::max()) return false;
  to = static_cast<Number>(*word);
  answer.valid |= bit;
  return true;
}

bool read_words(const Json& value, eptspec_answer& answer) {
  if (!value.is_array() || value.size() > EPTSPEC_MAX_WORDS) return false;
  for (std::size_t n = 0; n < value.size(); ++n) {
    const auto word = word_of(value[n]);
    if (!word) return false;
    answer.words[n] = *word;
  }
  answer.valid |= EPTSPEC_VALID_WORDS;
  return true;
}

bool read_result(const Json& value, eptspec_answer& answer) {
  answer.status = EPTSPEC_ANSWERED;
  answer.result = value.is_string() ? result_of(value.get_ref<const std::string&>()) : 0;
  return answer.result != 0;
}

bool read_declined(const Json& value, eptspec_answer& answer) {
  if (!value.is_string()) return false;
  const auto& reason = value.get_ref<const std::string&>();
  answer.status = EPTSPEC_DECLINED;
  reason.copy(answer.reason, EPTSPEC_REASON_SIZE - 1);
  return true;
}

bool read_one(const std::string& key, const Json& value, eptspec_answer& answer) {
  if (key == "result") return read_result(value, answer);
  if (key == "declined") return read_declined(value, answer);
  if (key == "level") return read_member(value, answer.level, EPTSPEC_VALID_LEVEL, answer);
  if (key == "memory_type") return read_member(value, answer.memory_type, EPTSPEC_VALID_MEMORY_TYPE, answer);
  if (key == "ignore_pat") return read_member(value, answer.ignore_pat, EPTSPEC_VALID_IGNORE_PAT, answer);
  if (key == "convertible") return read_member(value, answer.convertible, EPTSPEC_VALID_CONVERTIBLE, answer);
  if (key == "qualification") return read_member(value, answer.qualification, EPTSPEC_VALID_QUALIFICATION, answer);
  if (key == "qualification_valid") return read_member(value, answer.qualification_valid, 0, answer);
  if (key == "host_physical_address") {
    return read_member(value, answer.host_physical_address, EPTSPEC_VALID_HOST_PHYSICAL_ADDRESS, answer);
  }
  if (key == "words") return read_words(value, answer);
  return key == "id";
}

// One answer, put where its case is. Returns what is wrong with it.
std::string place(const Json& from, std::span<const eptspec_case> cases, std::span<eptspec_answer> answers) {
  if (!from.is_object() || !from.contains("id") || !from["id"].is_number_unsigned()) return "an answer without an id";
  const auto id = from["id"].get<std::uint64_t>();
  const auto at = std::lower_bound(cases.begin(), cases.end(), id,
                                   [](const eptspec_case& asked, std::uint64_t wanted) { return asked.id < wanted; });
  if (at == cases.end() || at->id != id) return fmt::format("an answer to case {}, which was not asked", id);
  eptspec_answer answer{};
  answer.id = id;
  for (const auto& [key, value] : from.items()) {
    if (!read_one(key, value, answer)) {
      return fmt::format("answer {}: '{}' cannot be {}", id, cut(key), cut(value.dump(-1, ' ', true)));
    }
  }
  if (answer.status == 0) return fmt::format("answer {} has neither result nor declined", id);
  eptspec_answer& to = answers[static_cast<std::size_t>(at - cases.begin())];
  if (to.status != 0) return fmt::format("case {} is answered twice", id);
  to = answer;
  return {};
}

}  // namespace

std::string hello_line() { return fmt::format(R"({{"message":"hello","abi":{}}})", EPTSPEC_ABI_VERSION) + "\n"; }

std::string configure_line(const eptspec_configuration& configuration) {
  std::string line = R"({"message":"configure","configuration":{)";
  for (const Member& member : kConfiguration) {
    const bool first = &member == kConfiguration.data();
    if (first) {
      line += fmt::format(R"("{}":{})", member.key, configuration.*(member.word));
    } else {
      line += fmt::format(R"(,"{}":"{:#x}")", member.key, configuration.*(member.word));
    }
  }
  return line + "}}\n";
}

std::string run_line(std::uint64_t run, std::span<const eptspec_case> cases) {
  std::string line = fmt::format(R"({{"message":"run","run":{},"cases":[)", run);
  for (const eptspec_case& asked : cases) {
    if (&asked != cases.data()) line += ',';
    append_case(asked, line);
  }
  return line + "]}\n";
}

std::string bye_line() { return "{\"message\":\"bye\"}\n"; }

Hello read_hello(std::string_view line) {
  Hello hello;
  Json object;
  hello.mistake = open_message(line, "hello", object);
  if (!hello.mistake.empty()) return hello;
  Description& to = hello.description;
  const Json& from = object;
  if (!from.contains("abi") || from["abi"] != EPTSPEC_ABI_VERSION) {
    hello.mistake = fmt::format("the adapter speaks another version than {}", EPTSPEC_ABI_VERSION);
  } else if (!from.contains("name") || !from["name"].is_string() || !from.contains("version") ||
             !from["version"].is_string()) {
    hello.mistake = "hello without the texts 'name' and 'version'";
  } else if (!from.contains("questions") || !read_questions(from["questions"], to.questions)) {
    hello.mistake = "hello without 'questions', a list of eptp, entry, walk";
  } else if (!from.contains("configuration")) {
    hello.mistake = "hello without 'configuration': \"any\" or an object";
  } else if (from["configuration"] == "any") {
    to.any_configuration = true;
  } else if (!read_configuration(from["configuration"], to.configuration) ||
             !read_configuration(from.value("optional_controls", Json::object()), to.optional_controls)) {
    hello.mistake = "hello with a configuration that cannot be read";
  }
  if (hello.mistake.empty()) {
    to.name = from["name"];
    to.version = from["version"];
  }
  return hello;
}

Configured read_configured(std::string_view line) {
  Configured configured;
  Json object;
  configured.mistake = open_message(line, "configure", object);
  if (!configured.mistake.empty() || !object.contains("declined")) return configured;
  if (!object["declined"].is_string() || object["declined"].get_ref<const std::string&>().empty()) {
    configured.mistake = "configure: 'declined' is no text";
  } else {
    configured.declined = object["declined"];
  }
  return configured;
}

Taken read_answers(std::string_view line, std::uint64_t run, std::span<const eptspec_case> cases,
                   std::span<eptspec_answer> answers) {
  Taken taken;
  Json object;
  taken.mistake = open_message(line, "run", object);
  if (!taken.mistake.empty()) return taken;
  if (!object.contains("run") || !object["run"].is_number_unsigned() || !object.contains("answers") ||
      !object["answers"].is_array()) {
    taken.mistake = "run without the number 'run' and the list 'answers'";
    return taken;
  }
  if (object["run"].get<std::uint64_t>() < run) {
    taken.late = object["answers"].size();
    return taken;
  }
  for (const Json& one : object["answers"]) {
    taken.mistake = place(one, cases, answers);
    if (!taken.mistake.empty()) return taken;
    ++taken.taken;
  }
  return taken;
}

}  // namespace harness
