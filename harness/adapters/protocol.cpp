#include "harness/adapters/protocol.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "harness/adapters/answer_members.h"
#include "harness/support/json.h"
#include "harness/support/names.h"

namespace harness {

namespace {

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
std::optional<std::uint64_t> word_of(const JsonValue& value) {
  if (!value.is(JsonKind::text)) return value.number();
  const std::string_view text = value.text();
  if (!text.starts_with("0x")) return std::nullopt;
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

// Reads the line as an object with this "message". Returns what is wrong with it.
std::string open_message(std::string_view line, const char* message, Json& json) {
  if (!json.read(line) || !json.root().is(JsonKind::object)) return fmt::format("no JSON object: {}", cut(line));
  if (json.root().text_of("message") != message) return fmt::format("no message '{}': {}", message, cut(line));
  return {};
}

// Returns what is wrong with it.
std::string read_configuration(const JsonValue& from, eptspec_configuration& to) {
  if (!from.is(JsonKind::object)) return fmt::format("'{}' cannot be {}", from.key(), cut(from.raw()));
  for (const JsonValue value : from) {
    const auto* const member = std::find_if(kConfiguration.begin(), kConfiguration.end(),
                                            [&](const Member& one) { return value.key() == one.key; });
    const auto word = word_of(value);
    if (member == kConfiguration.end()) return fmt::format("'{}' is no part of a configuration", cut(value.key()));
    if (!word) {
      return fmt::format("'{}' cannot be {}; expected a number or \"0x...\"", member->key, cut(value.raw()));
    }
    to.*(member->word) = *word;
  }
  return {};
}

bool read_questions(const std::optional<JsonValue>& from, std::uint32_t& questions) {
  if (!from || !from->is(JsonKind::list)) return false;
  for (const JsonValue one : *from) {
    if (one.text() == "eptp") {
      questions |= EPTSPEC_QUESTION_EPTP;
    } else if (one.text() == "entry") {
      questions |= EPTSPEC_QUESTION_ENTRY;
    } else if (one.text() == "walk") {
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

// ,"KEY":"0x..." and the like, by hand: a line holds thousands of these.
void append_word(std::string& line, std::string_view before, std::uint64_t word) {
  std::array<char, 16> digits{};
  const auto [end, error] = std::to_chars(digits.begin(), digits.end(), word, 16);
  line += before;
  line += "\"0x";
  line.append(digits.begin(), end);
  line += '"';
}

void append_number(std::string& line, std::string_view before, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto [end, error] = std::to_chars(digits.begin(), digits.end(), number);
  line += before;
  line.append(digits.begin(), end);
}

void append_case(const eptspec_case& asked, std::string& line) {
  append_number(line, R"({"id":)", asked.id);
  line += R"(,"question":")";
  line += question_name(asked.question);
  append_word(line, R"(","eptp":)", asked.eptp);
  if (asked.question != EPTSPEC_QUESTION_EPTP) append_number(line, ",\"level\":", asked.level);
  if (asked.question == EPTSPEC_QUESTION_ENTRY) append_word(line, ",\"entry\":", asked.words[0].value);
  if (asked.question == EPTSPEC_QUESTION_WALK) {
    append_word(line, ",\"guest_physical_address\":", asked.guest_physical_address);
    append_word(line, ",\"access\":", asked.access);
    line += ",\"words\":[";
    for (std::uint32_t n = 0; n < asked.word_count; ++n) {
      append_word(line, n == 0 ? "[" : ",[", asked.words[n].address);
      append_word(line, ",", asked.words[n].value);
      line += ']';
    }
    line += ']';
  }
  line += '}';
}

bool read_member(const JsonValue& value, const AnswerMember& member, eptspec_answer& answer) {
  const auto word = word_of(value);
  return word && put_value(answer, member, *word);
}

bool read_known_bits(const JsonValue& value, eptspec_answer& answer) {
  const auto word = word_of(value);
  answer.qualification_valid = word.value_or(0);
  return word.has_value();
}

bool read_words(const JsonValue& value, eptspec_answer& answer) {
  if (!value.is(JsonKind::list)) return false;
  std::size_t n = 0;
  for (const JsonValue one : value) {
    const auto word = word_of(one);
    if (!word || n == EPTSPEC_MAX_WORDS) return false;
    answer.words[n++] = *word;
  }
  answer.valid |= EPTSPEC_VALID_WORDS;
  return true;
}

bool read_result(const JsonValue& value, eptspec_answer& answer) {
  answer.status = EPTSPEC_ANSWERED;
  answer.result = value.is(JsonKind::text) ? result_of(value.text()) : 0;
  return answer.result != 0;
}

bool read_reason(const JsonValue& value, std::uint32_t status, eptspec_answer& answer) {
  answer.status = status;
  value.text().copy(answer.reason, EPTSPEC_REASON_SIZE - 1);
  return value.is(JsonKind::text);
}

bool read_one(const JsonValue& value, eptspec_answer& answer) {
  const std::string_view key = value.key();
  if (key == "result") return read_result(value, answer);
  if (key == "declined") return read_reason(value, EPTSPEC_DECLINED, answer);
  if (key == "not_applicable") return read_reason(value, EPTSPEC_NOT_APPLICABLE, answer);
  if (key == "qualification_valid") return read_known_bits(value, answer);
  if (key == "words") return read_words(value, answer);
  for (const AnswerMember& one : kAnswerMembers) {
    if (key == ept_outcome_members[one.member].name) return read_member(value, one, answer);
  }
  return key == "id";
}

// Where the case with this id is; ids rise. Answers mostly come in the order of the cases, so `next` is tried first.
std::optional<std::size_t> place_of(std::uint64_t id, std::span<const eptspec_case> cases, std::size_t next) {
  if (next < cases.size() && cases[next].id == id) return next;
  const auto at = std::lower_bound(cases.begin(), cases.end(), id,
                                   [](const eptspec_case& asked, std::uint64_t wanted) { return asked.id < wanted; });
  if (at == cases.end() || at->id != id) return std::nullopt;
  return static_cast<std::size_t>(at - cases.begin());
}

// One answer, put where its case is; `next` becomes the place behind it. Returns what is wrong with it.
std::string place(const JsonValue& from, std::span<const eptspec_case> cases, std::span<eptspec_answer> answers,
                  std::size_t& next) {
  const auto id_value = from.find("id");
  const auto id = id_value ? id_value->number() : std::nullopt;
  if (!id) return "an answer without an id";
  const auto at = place_of(*id, cases, next);
  if (!at) return fmt::format("an answer to case {}, which was not asked", *id);
  next = *at + 1;
  eptspec_answer answer{};
  answer.id = *id;
  for (const JsonValue value : from) {
    if (!read_one(value, answer)) {
      return fmt::format("answer {}: '{}' cannot be {}", *id, cut(value.key()), cut(value.raw()));
    }
  }
  if (answer.status == 0) return fmt::format("answer {} has neither result, declined nor not_applicable", *id);
  if (answers[*at].status != 0) return fmt::format("case {} is answered twice", *id);
  answers[*at] = answer;
  return {};
}

void read_description(const JsonValue& from, Hello& hello) {
  Description& to = hello.description;
  const auto abi = from.find("abi");
  const auto name = from.text_of("name");
  const auto version = from.text_of("version");
  const auto configuration = from.find("configuration");
  const auto optional_controls = from.find("optional_controls");
  if (!abi || abi->number() != EPTSPEC_ABI_VERSION) {
    hello.mistake = fmt::format("the adapter speaks another version than {}: 'abi' is {}", EPTSPEC_ABI_VERSION,
                                abi ? cut(abi->raw()) : "missing");
  } else if (!name || name->empty() || !version) {
    hello.mistake = "hello without the texts 'name' and 'version'";
  } else if (!read_questions(from.find("questions"), to.questions)) {
    hello.mistake = "hello without 'questions', a list of eptp, entry, walk";
  } else if (!configuration) {
    hello.mistake = "hello without 'configuration': \"any\" or an object";
  } else if (configuration->is(JsonKind::text) && configuration->text() == "any") {
    to.any_configuration = true;
  } else {
    hello.mistake = read_configuration(*configuration, to.configuration);
    if (hello.mistake.empty() && optional_controls) {
      hello.mistake = read_configuration(*optional_controls, to.optional_controls);
    }
    if (!hello.mistake.empty()) hello.mistake = "hello with a configuration that cannot be read: " + hello.mistake;
  }
  to.name = one_line(name.value_or(""));
  to.version = one_line(version.value_or(""));
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
  constexpr std::size_t kUsualCase = 320;
  std::string line = fmt::format(R"({{"message":"run","run":{},"cases":[)", run);
  line.reserve(line.size() + cases.size() * kUsualCase);
  for (const eptspec_case& asked : cases) {
    if (&asked != cases.data()) line += ',';
    append_case(asked, line);
  }
  return line + "]}\n";
}

std::string bye_line() { return "{\"message\":\"bye\"}\n"; }

Hello read_hello(std::string_view line) {
  Hello hello;
  Json json;
  hello.mistake = open_message(line, "hello", json);
  if (hello.mistake.empty()) read_description(json.root(), hello);
  return hello;
}

Configured read_configured(std::string_view line) {
  Configured configured;
  Json json;
  configured.mistake = open_message(line, "configure", json);
  if (!configured.mistake.empty()) return configured;
  for (const auto& [key, status] :
       {std::pair("declined", EPTSPEC_DECLINED), {"not_applicable", EPTSPEC_NOT_APPLICABLE}}) {
    if (!json.root().find(key)) continue;
    configured.status = status;
    configured.reason = json.root().text_of(key).value_or("");
    if (configured.reason.empty()) configured.mistake = fmt::format("configure: '{}' is no text", key);
  }
  return configured;
}

Taken AnswerReader::read(std::string_view line, std::uint64_t run, std::span<const eptspec_case> cases,
                         std::span<eptspec_answer> answers) {
  Taken taken;
  taken.mistake = open_message(line, "run", json_);
  if (!taken.mistake.empty()) return taken;
  const auto number = json_.root().find("run");
  const auto list = json_.root().find("answers");
  if (!number || !number->number() || !list || !list->is(JsonKind::list)) {
    taken.mistake = "run without the number 'run' and the list 'answers'";
    return taken;
  }
  if (*number->number() < run) return taken;  // late
  std::size_t next = 0;
  for (const JsonValue one : *list) {
    taken.mistake = place(one, cases, answers, next);
    if (!taken.mistake.empty()) return taken;
    ++taken.taken;
  }
  return taken;
}

}  // namespace harness
