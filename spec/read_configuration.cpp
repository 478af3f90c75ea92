// Controls, parameters, access attributes and the named conditions: what changes the meaning of an entry.
#include <algorithm>

#include <fmt/format.h>

#include "spec/draft.h"

namespace spec {

namespace {

constexpr int kMinWidth = 32;
constexpr int kMaxWidth = 52;

std::vector<Choice<Word>> control_words() {
  std::vector<Choice<Word>> choices;
  for (const ControlWord& one : kControlWords) choices.push_back({one.name, one.word});
  return choices;
}

std::string_view word_name(Word word) {
  const auto* const found =
      std::find_if(kControlWords.begin(), kControlWords.end(), [&](const auto& one) { return one.word == word; });
  return found->name;
}

// One of the lists `controls`, `parameters`, `attributes`; `word` is nullopt where each item names its own.
std::vector<NamedBits> read_bits(Draft& draft, MapReader& reader, const SourceFile& file, const std::string& list,
                                 const std::string& scope, std::optional<Word> word) {
  std::vector<NamedBits> bits;
  std::map<std::string, Place> seen;
  for (const Node* item : reader.list(list)) {
    MapReader entry(*item, draft.diagnostics, scope);
    NamedBits bit;
    bit.place = item->place;
    bit.id = entry.id("id");
    bit.word = word ? *word : entry.choice("word", control_words());
    const std::size_t before = draft.diagnostics.size();
    const auto position = static_cast<unsigned>(entry.number("bit", 0, bit.word == Word::tertiary ? 63 : 31));
    const bool readable = draft.diagnostics.size() == before && entry.is_mapping();
    bit.bits = {position, position};
    bit.cite = read_cite(entry, file, draft.diagnostics, fmt::format("bit {}", position));
    bit.text = entry.text("text");
    if (scope == "parameter") bit.reason = entry.text("reason");
    entry.done();
    check_unique(draft.diagnostics, seen, bit.id, bit.place);
    const std::string of_word = word ? "" : fmt::format(" of {}", word_name(bit.word));
    if (readable) check_unique(draft.diagnostics, seen, fmt::format("bit {}{}", position, of_word), bit.place);
    draft.names.add(scope + "." + bit.id, {bit.word, bit.bits});
    bits.push_back(std::move(bit));
  }
  return bits;
}

// The physical-address widths that exist; all that there could be when they cannot be read.
void read_widths(Draft& draft, const SourceFile& file, const Node& node) {
  MapReader width(node, draft.diagnostics, "maxphyaddr");
  const std::size_t before = draft.diagnostics.size();
  const int min = static_cast<int>(width.number("min", kMinWidth, kMaxWidth));
  const int max = static_cast<int>(width.number("max", kMinWidth, kMaxWidth));
  if (draft.diagnostics.size() == before) {
    if (min > max)
      draft.diagnostics.add(node.place, fmt::format("min {} is above max {}", min, max), "a min that is not above max");
    draft.spec.min_maxphyaddr = std::min(min, max);
    draft.spec.max_maxphyaddr = std::max(min, max);
  }
  read_cite(width, file, draft.diagnostics);
  width.text("text");
  width.done();
}

Access read_access(Draft& draft, const Node& node) {
  MapReader reader(node, draft.diagnostics, "access");
  Access access;
  access.place = node.place;
  access.id = reader.id("id");
  for (const Node* item : reader.words("attributes")) {
    if (const Symbol* symbol = draft.names.find("access." + item->text)) {
      access.attributes |= mask_of(symbol->bits);
    } else {
      draft.diagnostics.add(item->place, fmt::format("unknown attribute '{}'", item->text),
                            "one of the file's 'attributes'");
    }
  }
  reader.done();
  return access;
}

}  // namespace

void note_conditions(Draft& draft, MapReader& reader, const SourceFile& file) {
  for (const Node* item : reader.list("conditions")) {
    MapReader entry(*item, draft.diagnostics, "condition");
    NamedCondition condition;
    condition.place = item->place;
    condition.id = entry.id("id");
    if (entry.find("bit") != nullptr) condition.bit = static_cast<unsigned>(entry.number("bit", 0, 63));
    condition.cite = read_cite(entry, file, draft.diagnostics);
    condition.text = entry.text("text");
    const Node* when = entry.require("when");
    entry.done();
    if (when != nullptr) draft.names.add_condition(std::move(condition), *when);
  }
}

void read_configuration(Draft& draft, const SourceFile& file) {
  MapReader reader = read_head(draft, file);
  draft.spec.min_maxphyaddr = kMinWidth;
  draft.spec.max_maxphyaddr = kMaxWidth;
  if (const Node* node = reader.require("maxphyaddr")) read_widths(draft, file, *node);
  draft.spec.controls = read_bits(draft, reader, file, "controls", "control", std::nullopt);
  draft.spec.parameters = read_bits(draft, reader, file, "parameters", "parameter", Word::parameter);
  note_conditions(draft, reader, file);
  reader.done();
}

void read_accesses(Draft& draft, const SourceFile& file) {
  MapReader reader = read_head(draft, file);
  draft.spec.attributes = read_bits(draft, reader, file, "attributes", "access", Word::access);
  std::map<std::string, Place> seen;
  for (const Node* item : reader.list("accesses")) {
    draft.spec.accesses.push_back(read_access(draft, *item));
    check_unique(draft.diagnostics, seen, draft.spec.accesses.back().id, item->place);
  }
  note_conditions(draft, reader, file);
  reader.done();
}

}  // namespace spec
