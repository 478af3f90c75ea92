// Rules of a walk: when an entry is misconfigured, when an access is refused and what is reported then.
#include <fmt/format.h>

#include "spec/draft.h"

namespace spec {

namespace {

const Known kOfEntry = {{Word::entry}, "a condition over configuration and entry", true};
const Known kOfAnyEntry = {{Word::entry}, "a condition over configuration and named bits of the entry"};
const Known kBeforeWalk = {{Word::gpa}, "a condition over configuration and guest-physical address"};
const Known kOfCompleteWalk = {
    {Word::gpa, Word::access, Word::all, Word::nonleaf, Word::leaf, Word::walk},
    "a condition over configuration, access, guest-physical address, walk and the entries used (all, nonleaf, leaf)"};
const Known kOfSubPageCheck = {
    {Word::access, Word::all, Word::nonleaf, Word::leaf, Word::walk},
    "a condition over configuration, access, walk and the entries used (all, nonleaf, leaf)"};
const Known kOfReport = {{Word::access, Word::all, Word::leaf, Word::walk, Word::violation},
                         "a condition over configuration, access, walk, the entries used (all, leaf) and the rules "
                         "broken"};

const Known kOfSubPageEntry = {{Word::sub_page}, "a condition over configuration and entry (sub_page)", true};
const Known kOfSubPageReport = {{Word::access, Word::ended},
                                "a condition over configuration, access and result (ended)"};

const Known& known_at(ViolationStage stage) {
  switch (stage) {
    case ViolationStage::before_walk: return kBeforeWalk;
    case ViolationStage::entry: return kOfAnyEntry;
    case ViolationStage::permissions: return kOfCompleteWalk;
  }
  return kOfCompleteWalk;
}

// `formats` of a misconfiguration rule, all formats without it; every name that the rule uses must be a field of each
// of them.
std::vector<std::size_t> read_rule_formats(Draft& draft, MapReader& reader, const Condition& when,
                                           const std::vector<Format>& all, Word word) {
  std::vector<std::size_t> formats;
  if (reader.find("formats") == nullptr) {
    for (std::size_t i = 0; i < all.size(); ++i) formats.push_back(i);
  } else {
    for (const Format* found : reader.found(
             "formats", [&](const auto& id) { return find_id(all, id); }, "unknown format '{}'",
             "the id of a format under formats/"))
      formats.push_back(static_cast<std::size_t>(found - all.data()));
  }
  const auto require = [&](Word of, Bits bits, const std::string& name) {
    if (of != word) return;
    for (const std::size_t format : formats) {
      if (has_field(all[format], name.substr(name.find('.') + 1), bits)) continue;
      draft.diagnostics.add(when.place, fmt::format("{} has no field '{}'", all[format].id, name),
                            "a field of every format of the rule");
    }
  };
  for_each_through_names(when, draft.names.conditions(), [&](const Condition& part) {
    if (is_about_word(part) && part.kind != Condition::Kind::any_of_kind) require(part.word, part.bits, part.name);
    if (part.other) require(part.other->word, part.other->bits, part.other->name);
  });
  return formats;
}

SubPageCheck read_sub_page_check(Draft& draft, MapReader& reader) {
  SubPageCheck check;
  reader.state(check);
  const std::string only = reader.id("only");
  const auto& rules = draft.spec.violations;
  if (const Rule* const found = find_id(rules, only)) {
    check.only = static_cast<std::size_t>(found - rules.data());
  } else if (!only.empty()) {
    draft.diagnostics.add(reader.find("only")->place, fmt::format("unknown violation '{}'", only),
                          "the id of one of the 'rules'");
  }
  check.when = read_when(draft, reader, kOfSubPageCheck);
  return check;
}

Convertible read_convertible(Draft& draft, MapReader& reader) {
  Convertible convertible;
  reader.state(convertible);
  convertible.reason = reader.text("reason");
  convertible.when = read_when(draft, reader, kOfAnyEntry);
  convertible.undefined = read_when(draft, reader, kOfReport, "undefined");
  return convertible;
}

// The bits of an exit qualification.
std::vector<QualificationBit> read_qualification(Draft& draft, MapReader& reader, const char* list,
                                                 const Known& known) {
  Seen seen;
  return reader.each(list, "bit", [&](MapReader& entry) {
    QualificationBit bit;
    bit.bit = entry.bit(seen);
    entry.name(bit, seen, fmt::format("bit {}", bit.bit));
    bit.set = read_when(draft, entry, known, "set");
    if (entry.find("undefined") != nullptr) {
      bit.undefined = read_when(draft, entry, known, "undefined");
      bit.reason = entry.text("reason");
    }
    return bit;
  });
}

std::size_t read_result(Draft& draft, MapReader& reader, const char* key) {
  const Node* const node = reader.require(key);
  if (node == nullptr) return 0;
  const auto& results = draft.spec.results;
  if (const Result* const found = find_id(results, node->text)) return static_cast<std::size_t>(found - results.data());
  draft.diagnostics.add(node->place, fmt::format("there is no result {}", describe(*node)), "a result of the outcome");
  return 0;
}

SubPagePermission read_permission(Draft& draft, MapReader& reader) {
  SubPagePermission permission;
  reader.state(permission);
  permission.index = reader.bits("index").value_or(Bits{});
  permission.first = static_cast<unsigned>(reader.number("first", 0, 63));
  permission.step = static_cast<unsigned>(reader.number("step", 1, 63));
  permission.allowed = read_result(draft, reader, "allowed");
  permission.refused = read_result(draft, reader, "refused");
  return permission;
}

}  // namespace

Condition read_when(Draft& draft, MapReader& reader, const Known& known, const char* key) {
  const Node* node = reader.require(key);
  if (node == nullptr) return {};
  Condition condition = draft.names.read(*node);
  if (speaks_beyond(condition, known.words, draft.names.conditions())) {
    draft.diagnostics.add(node->place, known.wrong, known.expected);
  } else if (!known.format && names_kind_of_entry(condition, draft.names.conditions())) {
    draft.diagnostics.add(node->place, "the condition speaks of reserved bits of an entry whose format is not known",
                          known.expected);
  }
  return condition;
}

void read_misconfiguration(Draft& draft, MapReader& reader) {
  draft.spec.misconfigurations = read_rules(reader, [&](MapReader& entry, Rule& rule) {
    rule.when = read_when(draft, entry, kOfEntry);
    rule.formats = read_rule_formats(draft, entry, rule.when, draft.spec.formats, Word::entry);
  });
}

void read_violation(Draft& draft, MapReader& reader) {
  draft.spec.violations = read_rules(reader, [&](MapReader& entry, Rule& rule) {
    rule.stage = entry.choice<ViolationStage>("stage", {{"permissions", ViolationStage::permissions},
                                                        {"before_walk", ViolationStage::before_walk},
                                                        {"entry", ViolationStage::entry}});
    rule.when = read_when(draft, entry, known_at(rule.stage));
    draft.names.add("violation." + rule.id, {Word::violation, {rule.bit, rule.bit}});
  });
  draft.spec.violation_groups = read_named_bits(draft, reader, "groups", "violation", Word::violation);
  draft.spec.sub_page_check =
      reader.one("sub_page_check", [&](MapReader& check) { return read_sub_page_check(draft, check); });
  draft.spec.convertible =
      reader.one("convertible", [&](MapReader& convertible) { return read_convertible(draft, convertible); });
}

void read_exit_qualification(Draft& draft, MapReader& reader) {
  read_conditions(draft, reader);
  draft.spec.qualification = read_qualification(draft, reader, "bits", kOfReport);
}

void read_sub_page(Draft& draft, MapReader& reader) {
  SubPage& sub_page = draft.spec.sub_page;
  for (std::size_t n = 0; n < draft.spec.results.size(); ++n) {
    const auto bit = static_cast<unsigned>(n);
    draft.names.add("ended." + draft.spec.results[n].id, {Word::ended, {bit, bit}});
  }
  sub_page.levels = read_levels(draft, reader, sub_page.formats, 4);
  sub_page.rules = read_rules(reader, [&](MapReader& entry, Rule& rule) {
    rule.when = read_when(draft, entry, kOfSubPageEntry);
    rule.formats = read_rule_formats(draft, entry, rule.when, sub_page.formats, Word::sub_page);
    rule.result = read_result(draft, entry, "result");
  });
  sub_page.permission =
      reader.one("permission", [&](MapReader& permission) { return read_permission(draft, permission); });
  sub_page.qualification = read_qualification(draft, reader, "qualification", kOfSubPageReport);
}

}  // namespace spec
