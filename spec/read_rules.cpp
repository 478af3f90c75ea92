// Rules: when an EPTP is not accepted, when an entry is misconfigured, when an access is refused and what is reported
// then.
#include <algorithm>

#include <fmt/format.h>

#include "spec/draft.h"

namespace spec {

namespace {

using Seen = std::map<std::string, Place>;

// A bit of 64 that no other item has.
unsigned read_bit(Draft& draft, MapReader& reader, Seen& seen) {
  const std::size_t before = draft.diagnostics.size();
  const auto bit = static_cast<unsigned>(reader.number("bit", 0, 63));
  if (draft.diagnostics.size() == before && reader.is_mapping())
    check_unique(draft.diagnostics, seen, fmt::format("bit {}", bit), reader.place());
  return bit;
}

// What all three kinds of rules have in common; `when` is read later, by the caller.
Rule read_rule_head(Draft& draft, MapReader& reader, const SourceFile& file, Seen& seen) {
  Rule rule;
  rule.place = reader.place();
  rule.id = reader.id("id");
  rule.bit = read_bit(draft, reader, seen);
  rule.cite = read_cite(reader, file, draft.diagnostics);
  rule.text = reader.text("text");
  reader.optional_text("reason");
  check_unique(draft.diagnostics, seen, rule.id, rule.place);
  return rule;
}

// What can be spoken of at one point of a walk beside the configuration, and how to say so. Only where the format of an
// entry is known can its reserved bits be spoken of.
struct Known {
  std::vector<Word> words;
  bool format = false;
  const char* expected = "";
};

const Known kOfConfiguration = {{}, false, "a condition over EPTP, capabilities, controls and parameters"};
const Known kOfEntry = {{Word::entry}, true, "a condition over configuration and entry"};
const Known kOfAnyEntry = {kOfEntry.words, false, "a condition over configuration and named bits of the entry"};
const Known kBeforeWalk = {{Word::gpa}, false, "a condition over configuration and guest-physical address"};
const Known kOfCompleteWalk = {
    {Word::gpa, Word::access, Word::all, Word::nonleaf, Word::leaf, Word::walk},
    false,
    "a condition over configuration, access, guest-physical address, walk and the entries used (all, nonleaf, leaf)"};
const Known kOfSubPageCheck = {
    {Word::access, Word::all, Word::nonleaf, Word::leaf, Word::walk},
    false,
    "a condition over configuration, access, walk and the entries used (all, nonleaf, leaf)"};
const Known kOfReport = {{Word::access, Word::all, Word::leaf, Word::walk, Word::violation},
                         false,
                         "a condition over configuration, access, walk, the entries used (all, leaf) and the rules "
                         "broken"};

const Known& known_at(ViolationStage stage) {
  switch (stage) {
    case ViolationStage::before_walk: return kBeforeWalk;
    case ViolationStage::entry: return kOfAnyEntry;
    case ViolationStage::permissions: return kOfCompleteWalk;
  }
  return kOfCompleteWalk;
}

Condition read_when(Draft& draft, MapReader& reader, const Known& known, const char* key = "when") {
  const Node* node = reader.require(key);
  if (node == nullptr) return {};
  Condition condition = draft.names.read(*node);
  if (speaks_beyond(condition, known.words, draft.names.conditions())) {
    draft.diagnostics.add(node->place, "the condition speaks of what is not known at this point", known.expected);
  } else if (!known.format && names_kind_of_entry(condition, draft.names.conditions())) {
    draft.diagnostics.add(node->place, "the condition speaks of reserved bits of an entry whose format is not known",
                          known.expected);
  }
  return condition;
}

// `formats` of a misconfiguration rule, all formats without it; every name that the rule uses must be a field of each
// of them.
std::vector<std::size_t> read_rule_formats(Draft& draft, MapReader& reader, const Condition& when) {
  std::vector<std::size_t> formats;
  const auto& all = draft.spec.formats;
  const bool limited = reader.find("formats") != nullptr;
  for (const Node* item : limited ? reader.words("formats") : std::vector<const Node*>{}) {
    const Format* const found = find_id(all, item->text);
    if (found == nullptr) {
      draft.diagnostics.add(item->place, fmt::format("unknown format '{}'", item->text),
                            "the id of a format under formats/");
    } else {
      formats.push_back(static_cast<std::size_t>(found - all.data()));
    }
  }
  if (!limited) {
    for (std::size_t i = 0; i < all.size(); ++i) formats.push_back(i);
  }
  for_each_through_names(when, draft.names.conditions(), [&](const Condition& part) {
    const bool names_field = part.kind == Condition::Kind::nonzero || part.kind == Condition::Kind::one_of;
    if (!names_field || part.word != Word::entry) return;
    const std::string id = part.name.substr(part.name.find('.') + 1);
    for (const std::size_t format : formats) {
      if (!has_field(all[format], id, part.bits)) {
        draft.diagnostics.add(when.place, fmt::format("{} has no field '{}'", all[format].id, part.name),
                              "a field of every format of the rule");
      }
    }
  });
  return formats;
}

SubPageCheck read_sub_page_check(Draft& draft, const SourceFile& file, const Node& node) {
  MapReader reader(node, draft.diagnostics, "sub_page_check");
  SubPageCheck check;
  check.place = node.place;
  const std::string only = reader.id("only");
  const auto& rules = draft.spec.violations;
  if (const Rule* const found = find_id(rules, only)) {
    check.only = static_cast<std::size_t>(found - rules.data());
  } else if (!only.empty()) {
    draft.diagnostics.add(reader.find("only")->place, fmt::format("unknown violation '{}'", only),
                          "the id of one of the 'rules'");
  }
  check.when = read_when(draft, reader, kOfSubPageCheck);
  check.cite = read_cite(reader, file, draft.diagnostics);
  check.text = reader.text("text");
  reader.done();
  return check;
}

Convertible read_convertible(Draft& draft, const SourceFile& file, const Node& node) {
  MapReader reader(node, draft.diagnostics, "convertible");
  Convertible convertible;
  convertible.place = node.place;
  convertible.when = read_when(draft, reader, kOfAnyEntry);
  convertible.undefined = read_when(draft, reader, kOfReport, "undefined");
  convertible.cite = read_cite(reader, file, draft.diagnostics);
  convertible.text = reader.text("text");
  convertible.reason = reader.text("reason");
  reader.done();
  return convertible;
}

QualificationBit read_qualification_bit(Draft& draft, const SourceFile& file, const Node& node, Seen& seen) {
  MapReader reader(node, draft.diagnostics, "bit");
  QualificationBit bit;
  bit.place = node.place;
  bit.id = reader.id("id");
  bit.bit = read_bit(draft, reader, seen);
  bit.set = read_when(draft, reader, kOfReport, "set");
  if (reader.find("undefined") != nullptr) {
    bit.undefined = read_when(draft, reader, kOfReport, "undefined");
    bit.reason = reader.text("reason");
  }
  bit.cite = read_cite(reader, file, draft.diagnostics, fmt::format("bit {}", bit.bit));
  bit.text = reader.text("text");
  reader.done();
  return bit;
}

}  // namespace

void read_eptp_check(Draft& draft, const SourceFile& file) {
  MapReader reader = read_head(draft, file);
  Seen seen;
  for (const Node* item : reader.list("rules")) {
    MapReader entry(*item, draft.diagnostics, "rule");
    Rule rule = read_rule_head(draft, entry, file, seen);
    rule.when = read_when(draft, entry, kOfConfiguration);
    entry.done();
    draft.spec.eptp_rules.push_back(std::move(rule));
  }
  reader.done();
}

void read_misconfiguration(Draft& draft, const SourceFile& file) {
  MapReader reader = read_head(draft, file);
  Seen seen;
  for (const Node* item : reader.list("rules")) {
    MapReader entry(*item, draft.diagnostics, "rule");
    Rule rule = read_rule_head(draft, entry, file, seen);
    rule.when = read_when(draft, entry, kOfEntry);
    rule.formats = read_rule_formats(draft, entry, rule.when);
    entry.done();
    draft.spec.misconfigurations.push_back(std::move(rule));
  }
  reader.done();
}

void note_violations(Draft& draft, const SourceFile& file) {
  MapReader reader(file.tree, draft.diagnostics, "violation");
  Seen seen;
  for (const Node* item : reader.list("rules")) {
    MapReader entry(*item, draft.diagnostics, "rule");
    Rule rule = read_rule_head(draft, entry, file, seen);
    rule.stage = entry.choice<ViolationStage>("stage", {{"permissions", ViolationStage::permissions},
                                                        {"before_walk", ViolationStage::before_walk},
                                                        {"entry", ViolationStage::entry}});
    draft.names.add("violation." + rule.id, {Word::violation, {rule.bit, rule.bit}});
    draft.spec.violations.push_back(std::move(rule));
  }
  draft.spec.violation_groups = read_named_bits(draft, file, reader.list("groups"), "violation", Word::violation);
}

void read_violation(Draft& draft, const SourceFile& file) {
  MapReader reader = read_head(draft, file);
  const auto items = reader.list("rules");
  for (std::size_t i = 0; i < items.size(); ++i) {
    MapReader entry(*items[i], draft.diagnostics, "rule");
    for (const char* key : {"id", "bit", "cite", "text", "stage", "reason"}) entry.find(key);
    Rule& rule = draft.spec.violations[i];
    rule.when = read_when(draft, entry, known_at(rule.stage));
    entry.done();
  }
  reader.find("groups");  // read with the names
  if (const Node* node = reader.require("sub_page_check"))
    draft.spec.sub_page_check = read_sub_page_check(draft, file, *node);
  if (const Node* node = reader.require("convertible")) draft.spec.convertible = read_convertible(draft, file, *node);
  reader.done();
}

void read_exit_qualification(Draft& draft, const SourceFile& file) {
  MapReader reader = read_head(draft, file);
  reader.find("conditions");  // noted in the first pass
  Seen seen;
  for (const Node* item : reader.list("bits")) {
    draft.spec.qualification.push_back(read_qualification_bit(draft, file, *item, seen));
    const QualificationBit& bit = draft.spec.qualification.back();
    check_unique(draft.diagnostics, seen, bit.id, bit.place);
  }
  reader.done();
}

}  // namespace spec
