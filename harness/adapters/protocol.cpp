#include "harness/adapters/protocol.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "harness/adapters/abi_model.h"
#include "harness/support/names.h"

namespace harness {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;
using simdjson::dom::parser;

constexpr std::size_t kDeepest = 32;
constexpr std::size_t kMostMembers = 128;  // of an object; the protocol has none with more

// What a configuration consists of: the width, and the registers that a target can have of its own.
template <class Use>
void each_register(ept_registers& registers, const Use& use) {
  use("maxphyaddr", registers.maxphyaddr);
  for (int n = 0; n < EPT_REGISTERS; ++n) {
    const ept_register_role role = ept_register_names[n].role;
    const bool is_given = role == EPT_ROLE_FIELD || role == EPT_ROLE_OPERAND;
    if (!is_given) use(ept_register_names[n].name, *ept_register_word(&registers, n));
  }
}

// Whether a walk depends on it: of these also those that are 0 are told.
bool is_of_walk(std::string_view name) {
  return std::ranges::any_of(ept_configuration_registers,
                             [&](ept_register number) { return ept_register_names[number].name == name; });
}

Failure garbage(const std::string& mistake) { return {Fate::garbage, mistake}; }

// The value where there is one of this type.
template <class Type, class From>
std::optional<Type> as(From from) {
  Type value{};
  return from.get(value) == simdjson::SUCCESS ? std::optional(value) : std::nullopt;
}

// A number, or a text with a hexadecimal number: JSON readers in the field keep 53 bits of a number only.
std::optional<std::uint64_t> word_of(element value) {
  const auto text = as<std::string_view>(value);
  if (!text) return as<std::uint64_t>(value);
  if (!text->starts_with("0x")) return std::nullopt;
  std::uint64_t word = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data() + 2, end, word, 16);
  return error == std::errc() && stop == end ? std::optional(word) : std::nullopt;
}

// For a message: what an adapter says may be anything.
std::string cut(std::string_view text) {
  constexpr std::size_t kMost = 120;
  return plain(text.substr(0, kMost)) + (text.size() > kMost ? "..." : "");
}

std::string cut(element value) { return cut(simdjson::to_string(value)); }

// Whether no object in it has a member twice, or more members than any object of the protocol.
bool is_sound(element value) {
  if (const auto list = as<array>(value)) return std::all_of(list->begin(), list->end(), is_sound);
  const auto members = as<object>(value);
  if (!members) return true;
  if (members->size() > kMostMembers) return false;
  for (auto one = members->begin(); one != members->end(); ++one) {
    for (auto earlier = members->begin(); earlier != one; ++earlier) {
      if (earlier.key() == one.key()) return false;
    }
    if (!is_sound(one.value())) return false;
  }
  return true;
}

// Reads the line as an object with this "message".
element opened(std::string_view line, const char* message, parser& parser) {
  element root;
  const bool read = parser.parse(line.data(), line.size()).get(root) == simdjson::SUCCESS;
  if (!read || !root.is_object() || !is_sound(root)) throw garbage("no JSON object: " + cut(line));
  if (as<std::string_view>(root["message"]) != message) {
    throw garbage(fmt::format("no message '{}': {}", message, cut(line)));
  }
  return root;
}

ept_registers configuration_of(std::string_view name, element from) {
  constexpr const char* kBegin = "hello with a configuration that cannot be read: ";
  const auto members = as<object>(from);
  if (!members) throw garbage(fmt::format("{}'{}' cannot be {}", kBegin, name, cut(from)));
  ept_registers configuration{};
  for (const auto [key, value] : *members) {
    ept_word* member = nullptr;
    each_register(configuration, [&, key = key](std::string_view one, ept_word& word) {
      if (key == one) member = &word;
    });
    const auto word = word_of(value);
    if (member == nullptr) throw garbage(fmt::format("{}'{}' is no part of a configuration", kBegin, cut(key)));
    if (!word) {
      throw garbage(fmt::format("{}'{}' cannot be {}; expected a number or \"0x...\"", kBegin, key, cut(value)));
    }
    *member = *word;
  }
  return configuration;
}

std::uint32_t questions_of(std::optional<array> from) {
  constexpr const char* kMistake = "hello without 'questions', a list of eptp, entry, walk, sub_page, check";
  if (!from) throw garbage(kMistake);
  std::uint32_t questions = 0;
  for (const element one : *from) {
    const auto* const found =
        std::find_if(kQuestionNames.begin(), kQuestionNames.end(),
                     [&](const QuestionName& known) { return as<std::string_view>(one) == known.name; });
    if (found == kQuestionNames.end()) throw garbage(kMistake);
    questions |= found->question;
  }
  return questions;
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

void append_check(const PutCase& asked, std::string& line) {
  line += fmt::format(R"(","check":"{}","registers":{{)", ept_check_names[asked.check].name);
  std::string comma;
  for (const auto& [name, value] : vectors::registers_in(asked.registers, vectors::kGiven)) {
    line += fmt::format(R"({}"{}":"{:#x}")", std::exchange(comma, ","), name, value);
  }
  line += "}}";
}

void append_case(const PutCase& asked, std::string& line) {
  append_number(line, R"({"id":)", asked.id);
  line += R"(,"question":")";
  for (const auto& [question, name] : kQuestionNames) {
    if (asked.question == question) line += name;
  }
  if (asked.question == EPTSPEC_QUESTION_CHECK) return append_check(asked, line);
  append_word(line, R"(","eptp":)", asked.registers.eptp);
  if (asked.question != EPTSPEC_QUESTION_EPTP) append_number(line, ",\"level\":", asked.level);
  if (asked.question == EPTSPEC_QUESTION_ENTRY) append_word(line, ",\"entry\":", asked.words[0].value);
  const bool sub_page = asked.question == EPTSPEC_QUESTION_SUB_PAGE;
  if (sub_page) append_word(line, ",\"sub_page_table_pointer\":", asked.registers.sub_page_table_pointer);
  if (sub_page || asked.question == EPTSPEC_QUESTION_WALK) {
    append_word(line, ",\"guest_physical_address\":", asked.guest_physical_address);
    append_word(line, ",\"access\":", asked.access);
    line += ",\"words\":[";
    for (const eptspec_word& word : asked.words) {
      append_word(line, &word == asked.words.data() ? "[" : ",[", word.address);
      append_word(line, ",", word.value);
      line += ']';
    }
    line += ']';
  }
  line += '}';
}

bool read_member(element value, const AnswerMember& member, Answer& answer) {
  const auto word = word_of(value);
  return word && put_value(answer, member, *word);
}

bool read_known_bits(element value, Answer& answer) {
  const auto word = word_of(value);
  answer.qualification_valid = word.value_or(0);
  return word.has_value();
}

bool read_words(element value, Answer& answer) {
  const auto list = as<array>(value);
  if (!list) return false;
  for (const element one : *list) {
    const auto word = word_of(one);
    if (!word) return false;
    answer.words.push_back(*word);
  }
  answer.valid |= EPTSPEC_VALID_WORDS;
  return true;
}

bool read_number(element value, std::uint32_t& number) {
  const auto word = word_of(value);
  number = static_cast<std::uint32_t>(word.value_or(0));
  return word && *word == number;
}

bool read_error(element value, Answer& answer) {
  answer.valid |= EPTSPEC_VALID_VM_INSTRUCTION_ERROR;
  return read_number(value, answer.vm_instruction_error);
}

bool read_result(element value, Answer& answer) {
  answer.status = EPTSPEC_ANSWERED;
  answer.result = result_of(as<std::string_view>(value).value_or(""));
  return answer.result != 0;
}

bool read_reason(element value, std::uint32_t status, Answer& answer) {
  const auto text = as<std::string_view>(value);
  answer.status = status;
  text.value_or("").copy(answer.reason, EPTSPEC_REASON_SIZE - 1);
  return text.has_value();
}

bool read_one(std::string_view key, element value, Answer& answer) {
  if (key == "result") return read_result(value, answer);
  if (key == "declined") return read_reason(value, EPTSPEC_DECLINED, answer);
  if (key == "not_applicable") return read_reason(value, EPTSPEC_NOT_APPLICABLE, answer);
  if (key == "qualification_valid") return read_known_bits(value, answer);
  if (key == "words") return read_words(value, answer);
  if (key == "vm_instruction_error") return read_error(value, answer);
  if (key == "exception") return read_number(value, answer.exception);
  if (key == "exit_reason") return read_number(value, answer.exit_reason);
  for (const AnswerMember& one : kAnswerMembers) {
    if (key == ept_outcome_members[one.member].name) return read_member(value, one, answer);
  }
  return key == "id";
}

// Where the case with this id is; ids rise. Answers mostly come in the order of the cases, so `next` is tried first.
std::optional<std::size_t> place_of(std::uint64_t id, std::span<const PutCase> cases, std::size_t next) {
  if (next < cases.size() && cases[next].id == id) return next;
  const auto at = std::lower_bound(cases.begin(), cases.end(), id,
                                   [](const PutCase& asked, std::uint64_t wanted) { return asked.id < wanted; });
  if (at == cases.end() || at->id != id) return std::nullopt;
  return static_cast<std::size_t>(at - cases.begin());
}

// One answer, put where its case is; `next` becomes the place behind it.
void place(element from, std::span<const PutCase> cases, std::span<Answer> answers, std::size_t& next) {
  const auto id = as<std::uint64_t>(from["id"]);
  if (!id) throw garbage("an answer without an id");
  const auto at = place_of(*id, cases, next);
  if (!at) throw garbage(fmt::format("an answer to case {}, which was not asked", *id));
  next = *at + 1;
  Answer answer{};
  answer.id = *id;
  for (const auto [key, value] : object(from)) {
    if (read_one(key, value, answer)) continue;
    throw garbage(fmt::format("answer {}: '{}' cannot be {}", *id, cut(key), cut(value)));
  }
  if (answer.status == 0) {
    throw garbage(fmt::format("answer {} has neither result, declined nor not_applicable", *id));
  }
  if (answers[*at].status != 0) throw garbage(fmt::format("case {} is answered twice", *id));
  answers[*at] = std::move(answer);
}

}  // namespace

std::string hello_line() { return fmt::format(R"({{"message":"hello","abi":{}}})", EPTSPEC_ABI_VERSION) + "\n"; }

std::string configure_line(ept_registers configuration) {
  std::string members;
  each_register(configuration, [&](std::string_view name, ept_word word) {
    if (members.empty()) {
      members = fmt::format(R"("{}":{})", name, word);
    } else if (word != 0 || is_of_walk(name)) {
      members += fmt::format(R"(,"{}":"{:#x}")", name, word);
    }
  });
  return R"({"message":"configure","configuration":{)" + members + "}}\n";
}

std::string run_line(std::uint64_t run, std::span<const PutCase> cases) {
  constexpr std::size_t kUsualCase = 320;
  std::string line = fmt::format(R"({{"message":"run","run":{},"cases":[)", run);
  line.reserve(line.size() + cases.size() * kUsualCase);
  for (const PutCase& asked : cases) {
    if (&asked != cases.data()) line += ',';
    append_case(asked, line);
  }
  return line + "]}\n";
}

std::string bye_line() { return "{\"message\":\"bye\"}\n"; }

AnswerReader::AnswerReader() : parser_(std::make_unique<parser>()) {
  constexpr std::size_t kUsualLine = std::size_t{1} << 16;
  if (parser_->allocate(kUsualLine, kDeepest + 1) != simdjson::SUCCESS) throw std::bad_alloc();
}

AnswerReader::~AnswerReader() = default;

Description AnswerReader::read_hello(std::string_view line) {
  const element from = opened(line, "hello", *parser_);
  const auto abi = as<element>(from["abi"]);
  if (as<std::uint64_t>(from["abi"]) != EPTSPEC_ABI_VERSION) {
    throw garbage(fmt::format("the adapter speaks another version than {}: 'abi' is {}", EPTSPEC_ABI_VERSION,
                              abi ? cut(*abi) : "missing"));
  }
  const auto name = as<std::string_view>(from["name"]);
  const auto version = as<std::string_view>(from["version"]);
  if (!name || name->empty() || !version) throw garbage("hello without the texts 'name' and 'version'");
  Description to;
  to.name = one_line(std::string(*name));
  to.version = one_line(std::string(*version));
  to.questions = questions_of(as<array>(from["questions"]));
  const auto configuration = as<element>(from["configuration"]);
  if (!configuration) throw garbage("hello without 'configuration': \"any\" or an object");
  to.any_configuration = as<std::string_view>(*configuration) == "any";
  if (to.any_configuration) return to;
  to.configuration = configuration_of("configuration", *configuration);
  const auto optional_controls = as<element>(from["optional_controls"]);
  if (optional_controls) to.optional_controls = configuration_of("optional_controls", *optional_controls);
  return to;
}

Configured AnswerReader::read_configured(std::string_view line) {
  const element root = opened(line, "configure", *parser_);
  Configured configured;
  for (const auto& [key, status] :
       {std::pair("declined", EPTSPEC_DECLINED), {"not_applicable", EPTSPEC_NOT_APPLICABLE}}) {
    if (!as<element>(root[key])) continue;
    configured = {status, std::string(as<std::string_view>(root[key]).value_or(""))};
    if (configured.reason.empty()) throw garbage(fmt::format("configure: '{}' is no text", key));
  }
  return configured;
}

std::size_t AnswerReader::read(std::string_view line, std::uint64_t run, std::span<const PutCase> cases,
                               std::span<Answer> answers) {
  const element root = opened(line, "run", *parser_);
  const auto number = as<std::uint64_t>(root["run"]);
  const auto list = as<array>(root["answers"]);
  if (!number || !list) throw garbage("run without the number 'run' and the list 'answers'");
  if (*number < run) return 0;  // late
  std::size_t next = 0;
  std::size_t taken = 0;
  for (const element one : *list) {
    place(one, cases, answers, next);
    ++taken;
  }
  return taken;
}

}  // namespace harness
