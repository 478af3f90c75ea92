#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "vectors/format/check.h"
#include "vectors/format/file.h"
#include "vectors/format/lines.h"
#include "vectors/format/lines_words.h"

namespace vectors {

namespace {

using Json = nlohmann::ordered_json;

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
    processor_ = kUsualControls;
    processor_.maxphyaddr = static_cast<ept_word>(from.integer("maxphyaddr", 1, 52));
    processor_.capability = from.hex("capability", true);
    processor_.parameters = from.bits("parameters", ept_parameter_names, false);
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

  static void read_controls(Object& from, ept_configuration& to) {
    if (!from.has("controls")) return;
    Object controls = from.object("controls");
    for (const Controls& word : kControls) {
      if (controls.has(word.name)) to.*word.member = controls.bits(word.name, word.vocabulary, true);
    }
    controls.refuse_the_rest();
  }

  void read_vector(Object& from) {
    const std::size_t before = errors_.size();
    Vector vector;
    Case& asked = vector.asked;
    const bool walk = !from.has("question");
    if (!walk) asked.question = static_cast<Question>(std::max(from.one_of("question", kQuestions), 0));
    asked.configuration = processor_;
    read_controls(from, asked.configuration);
    asked.eptp = from.has("eptp") ? from.hex("eptp", true) : kUsualEptp;
    if (asked.question != Question::eptp) {
      for (const Json& entry : from.list("entries", true)) asked.entries.push_back(from.hex_of(entry, "entries"));
      asked.level =
          asked.question == Question::entry ? from.integer("level", 1, 5) : levels_of(asked.configuration, asked.eptp);
    }
    if (asked.question == Question::walk) {
      asked.guest_physical_address = from.hex("guest_physical_address", false);
      asked.access = from.has("access") ? from.bits("access", ept_access_names, true) : kUsualAccess;
    }
    if (errors_.size() == before) read_checked(from, vector);
    if (errors_.size() == before) return document_.vectors.push_back(std::move(vector));
    // What is left of it is no other mistake.
    ids_.insert(from.text("id", true));
    from.find("expected", true);
  }

  const std::string& file_;
  std::vector<std::string>& errors_;
  bool has_head_ = false;
  ept_configuration processor_{};
  Citations citations_;
  Document document_;
  std::set<std::string> ids_;                 // also those of vectors that are left out
  std::map<std::string, std::string> named_;  // by id, where a goal first names it
};

}  // namespace

bool are_lines(std::string_view text) {
  const std::string_view first = text.substr(0, text.find('\n'));
  return first.starts_with('{') && first.ends_with('}');
}

Document read_lines(std::string_view text, const std::string& file, std::vector<std::string>& errors) {
  return LineReader(file, errors).read(text);
}

}  // namespace vectors
