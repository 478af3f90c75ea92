#include "vectors/format/lines.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "vectors/format/expectation.h"
#include "vectors/format/file.h"
#include "vectors/format/identity.h"

namespace vectors {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kLinesFormat = "eptspec vectors 3";

// What a line leaves out. Fixed numbers: were they what most vectors of a file have, a vector more could change other
// lines. Likewise the controls of with_ept.
constexpr ept_word kUsualEptp = 0x101e;  // root 1000H, 4 levels, write-back
constexpr ept_word kUsualAccess = EPT_ACCESS_READ;

void put_text(Json& to, const char* name, const std::string& text) {
  if (!text.empty()) to[name] = text;
}

void put_controls(Json& to, const ept_registers& configuration) {
  for (const Controls& word : kControls) {
    const ept_word value = controls_in(configuration, word);
    if (value != word.enabled) to["controls"][word.name] = names_in(vocabulary_of(word), value);
  }
}

Json head_json(const std::string& profile, const std::string& manual, const ept_registers& processor) {
  Json head = {{"format", kLinesFormat}, {"profile", profile}};
  put_text(head, "manual", manual);
  head["maxphyaddr"] = processor.maxphyaddr;
  head["capability"] = hex(processor.capability);
  if (processor.parameters != 0) head["parameters"] = names_in(ept_parameters_names, processor.parameters);
  for (const auto& [name, value] : registers_in(processor, kCapabilities)) {
    if (name != "capability") head["registers"][name] = hex(value);
  }
  return head;
}

Json purpose_json(const Purpose& purpose) {
  Json json = {{"goal", purpose.goal}, {"vector", purpose.vector}};
  if (!purpose.cite.empty()) json["cite"] = citation_id(purpose.cite);
  put_text(json, "neighbour", purpose.neighbour);
  put_text(json, "twin", purpose.twin);
  return json;
}

Json vector_json(const Vector& vector, const std::string& id) {
  const Case& asked = vector.asked;
  Json json = {{"id", id}};
  if (asked.question != Question::walk) json["question"] = kQuestions.at(static_cast<std::size_t>(asked.question));
  if (asked.question == Question::check) {
    json["check"] = ept_check_names[asked.check].name;
    for (const auto& [name, value] : registers_in(asked.registers, kGiven)) json["registers"][name] = hex(value);
    json["expected"] = expectation_json(asked, vector.expected);
    return json;
  }
  put_controls(json, asked.registers);
  if (asked.registers.eptp != kUsualEptp) json["eptp"] = hex(asked.registers.eptp);
  if (asked.question == Question::entry) json["level"] = asked.level;
  for (const ept_word entry : asked.entries) json["entries"].push_back(hex(entry));
  if (asked.guest_physical_address != 0) json["guest_physical_address"] = hex(asked.guest_physical_address);
  if (has_outcome(asked.question) && asked.access != kUsualAccess)
    json["access"] = names_in(ept_access_names, asked.access);
  if (asked.question == Question::sub_page)
    json["sub_page_table_pointer"] = hex(asked.registers.sub_page_table_pointer);
  json["expected"] = expectation_json(asked, vector.expected);
  return json;
}

void write_body(const Document& document, std::ostream& out) {
  for (const Purpose& purpose : document.purposes) out << purpose_json(purpose).dump() << "\n";
  for (const Vector& vector : document.vectors) out << vector_json(vector, vector.id).dump() << "\n";
}

Json head_of(const Document& document) {
  if (document.vectors.empty()) throw std::logic_error("a profile without vectors: " + document.profile);
  const auto check =
      std::ranges::find(document.vectors, Question::check, [](const Vector& vector) { return vector.asked.question; });
  const ept_registers& first = (check == document.vectors.end() ? document.vectors.front() : *check).asked.registers;
  const bool one = std::all_of(document.vectors.begin(), document.vectors.end(), [&](const Vector& vector) {
    return is_of_processor(vector.asked.registers, first) &&
           (vector.asked.question != Question::check ||
            registers_in(vector.asked.registers, kCapabilities) == registers_in(first, kCapabilities));
  });
  if (!one) throw std::logic_error("vectors of different processors in profile " + document.profile);
  return head_json(document.profile, document.manual, first);
}

// Calls `use` of the object of each line; says which lines are none.
void each_line(std::string_view text, const std::string& file, std::vector<std::string>& errors,
               const std::function<void(Object&)>& use) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    read_object(line, file, number, errors, [&](Object& from) {
      use(from);
      from.refuse_the_rest();
    });
  }
}

class LineReader {
 public:
  LineReader(const std::string& file, std::vector<std::string>& errors) : file_(file), errors_(errors) {}

  Document read(std::string_view text) {
    each_line(text, file_, errors_, [&](Object& from) {
      if (!has_head_)
        read_head(from);
      else if (from.has("goal"))
        read_purpose(from);
      else if (from.has("cite"))
        read_citation(from);
      else
        read_vector(from);
    });
    if (!has_head_) errors_.push_back(file_ + ":1: holds no vectors");
    for (const Vector& vector : document_.vectors) ids_.insert(vector.id);
    for (const auto& [id, place] : named_) {
      if (!ids_.contains(id)) errors_.push_back(fmt::format("{}: there is no vector {}", place, id));
    }
    link(document_);
    return std::move(document_);
  }

 private:
  void read_head(Object& from) {
    has_head_ = true;
    if (from.text("format", true) != kLinesFormat) from.wrong(fmt::format("'format' is not \"{}\"", kLinesFormat));
    document_.profile = from.text("profile", true);
    document_.manual = from.text("manual", false);
    checked_ = {};
    checked_.maxphyaddr = static_cast<ept_word>(from.integer("maxphyaddr", 1, 52));
    checked_.capability = from.hex("capability", true);
    checked_.parameters = from.bits("parameters", ept_parameters_names, false);
    processor_ = with_ept(checked_);
    read_registers(from, kCapabilities, checked_);
    if (from.has("citations")) read_citations(from);
  }

  void read_citations(Object& head) {
    const std::filesystem::path name = head.text("citations", true);
    if (name.has_parent_path()) return head.wrong("'citations' is no name of a file beside this one");
    const std::string path = (std::filesystem::path(file_).parent_path() / name).string();
    try {
      each_line(read_file(path, "the citations of vectors"), path, errors_, [&](Object& from) { read_citation(from); });
    } catch (const std::runtime_error& error) {
      head.wrong(error.what());
    }
  }

  void read_citation(Object& from) {
    const std::string id = from.text("cite", true);
    const std::string text = from.text("text", true);
    if (citation_id(text) != id) from.wrong("'cite' is not the id of the text");
    citations_[id] = text;
  }

  void read_purpose(Object& from) {
    Purpose purpose{from.text("goal", true), from.text("vector", true), "", from.text("neighbour", false),
                    from.text("twin", false)};
    if (from.has("cite")) {
      const auto cite = citations_.find(from.text("cite", true));
      if (cite == citations_.end()) return from.wrong("'cite' is no citation that the file has");
      purpose.cite = cite->second;
    }
    for (const std::string& id : {purpose.vector, purpose.neighbour, purpose.twin}) {
      if (!id.empty()) named_.emplace(id, from.where());
    }
    document_.purposes.push_back(std::move(purpose));
  }

  static void read_controls(Object& from, ept_registers& to) {
    if (!from.has("controls")) return;
    Object controls = from.object("controls");
    for (const Controls& word : kControls) {
      if (controls.has(word.name)) controls_in(to, word) = controls.bits(word.name, vocabulary_of(word), true);
    }
    controls.refuse_the_rest();
  }

  void read_check_case(Object& from, Case& asked) const {
    asked.check = read_check(from);
    asked.registers = checked_;
    read_registers(from, kGiven, asked.registers);
  }

  void read_walk(Object& from, Case& asked) const {
    asked.registers = processor_;
    read_controls(from, asked.registers);
    asked.registers.eptp = from.has("eptp") ? from.hex("eptp", true) : kUsualEptp;
    if (asked.question != Question::eptp) {
      for (const Json& entry : from.list("entries", true)) asked.entries.push_back(from.hex_of(entry, "entries"));
      asked.level =
          asked.question == Question::entry ? from.integer("level", 1, 5) : static_cast<int>(entries_of(asked));
    }
    if (asked.question == Question::sub_page)
      asked.registers.sub_page_table_pointer = from.hex("sub_page_table_pointer", true);
    if (has_outcome(asked.question)) {
      asked.guest_physical_address = from.hex("guest_physical_address", false);
      asked.access = from.has("access") ? from.bits("access", ept_access_names, true) : kUsualAccess;
    }
  }

  void read_vector(Object& from) {
    const std::size_t before = errors_.size();
    Vector vector;
    Case& asked = vector.asked;
    const bool walk = !from.has("question");
    if (!walk) asked.question = static_cast<Question>(std::max(from.one_of("question", kQuestions), 0));
    if (asked.question == Question::check)
      read_check_case(from, asked);
    else
      read_walk(from, asked);
    if (errors_.size() == before) read_checked(from, vector);
    if (errors_.size() == before) return document_.vectors.push_back(std::move(vector));
    // What is left of it is no other mistake.
    ids_.insert(from.text("id", true));
    from.find("expected", true);
  }

  const std::string& file_;
  std::vector<std::string>& errors_;
  bool has_head_ = false;
  ept_registers processor_{};  // of all questions but checks
  ept_registers checked_{};    // of checks
  Citations citations_;
  Document document_;
  std::set<std::string> ids_;                 // also those of vectors that are left out
  std::map<std::string, std::string> named_;  // by id, where a goal first names it
};

}  // namespace

void write_citations(const Citations& citations, std::ostream& out) {
  for (const auto& [id, text] : citations) {
    const Json line = {{"cite", id}, {"text", text}};
    out << line.dump() << "\n";
  }
}

void write_lines(const Document& document, std::ostream& out) {
  Citations citations;
  add_citations(document, citations);
  out << head_of(document).dump() << "\n";
  write_citations(citations, out);
  write_body(document, out);
}

void write_lines(const Document& document, const std::string& citations, std::ostream& out) {
  Json head = head_of(document);
  head["citations"] = citations;
  out << head.dump() << "\n";
  write_body(document, out);
}

void begin_lines(const std::string& profile, const std::string& manual, const ept_registers& processor,
                 std::ostream& out) {
  out << head_json(profile, manual, processor).dump() << "\n";
}

void write_lines(const Vector& vector, std::ostream& out) {
  const std::string id = id_of(vector.asked);
  for (const std::string& goal : vector.goals) out << purpose_json({goal, id, vector.cite, "", ""}).dump() << "\n";
  out << vector_json(vector, id).dump() << "\n";
}

bool are_lines(std::string_view text) {
  const std::string_view first = text.substr(0, text.find('\n'));
  return first.starts_with('{') && first.ends_with('}');
}

Document read_lines(std::string_view text, const std::string& file, std::vector<std::string>& errors) {
  return LineReader(file, errors).read(text);
}

}  // namespace vectors
