// Formats and registers: what the bits of EPTP, capability MSR and entries are called, and the names that conditions
// know them by.
#include <algorithm>

#include <fmt/format.h>

#include "spec/draft.h"

namespace spec {

namespace {

const std::vector<Choice<FieldKind>> kKinds = {
    {"field", FieldKind::field},       {"ignored", FieldKind::ignored},
    {"reserved", FieldKind::reserved}, {"beyond_maxphyaddr", FieldKind::beyond_maxphyaddr},
    {"address", FieldKind::address},   {"fixed", FieldKind::fixed},
};

Range read_range(MapReader& reader, Diagnostics& diagnostics) {
  const Node* node = reader.require("bits");
  if (node == nullptr) return {};
  const auto range = node->kind == Node::Kind::scalar ? parse_range(node->text) : std::nullopt;
  if (!range) {
    diagnostics.add(
        node->place, fmt::format("'{}' is no bit range", node->text),
        "a bit from 63 to 0 or HIGH:LOW, with maxphyaddr or maxphyaddr-1 as an end where the manual has it");
    return {};
  }
  return *range;
}

Field read_field(Draft& draft, const SourceFile& file, const Node& node) {
  MapReader reader(node, draft.diagnostics, "field");
  Field field;
  field.place = node.place;
  field.id = reader.id("id");
  field.bits = read_range(reader, draft.diagnostics);
  field.kind = reader.choice("kind", kKinds);
  if (field.kind == FieldKind::fixed) field.value = reader.number("value", 0, 1);
  field.cite = read_cite(reader, file, draft.diagnostics, "bits " + to_string(field.bits));
  field.text = reader.text("text");
  if (const Node* when = reader.find("when"); when != nullptr && field.kind != FieldKind::field) {
    draft.diagnostics.add(when->place,
                          fmt::format("'{}' has a condition and is of kind {}", field.id, to_string(field.kind)),
                          "'when' at fields of kind field only");
  }
  reader.done();
  return field;
}

void add_name(Draft& draft, const std::string& name, Word word, const Field& field) {
  const Bits bits = bits_at(field.bits);
  const Symbol* known = draft.names.find(name);
  if (known != nullptr && !(known->bits == bits)) {
    draft.diagnostics.add(field.place,
                          fmt::format("'{}' is at bits {} here and at {}:{} in another format", field.id,
                                      to_string(field.bits), known->bits.high, known->bits.low),
                          "one place for one name");
  }
  draft.names.add(name, {word, bits});
}

void add_names(Draft& draft, const Format& format) {
  for (const Field& field : format.fields) {
    if (!is_constant(field.bits) || field.kind == FieldKind::reserved || field.kind == FieldKind::ignored) continue;
    if (format.level == 0) {
      add_name(draft, format.id + "." + field.id, format.id == "eptp" ? Word::eptp : Word::capability, field);
      continue;
    }
    add_name(draft, "entry." + field.id, Word::entry, field);
    add_name(draft, "all." + field.id, Word::all, field);
    add_name(draft, (format.maps_page ? "leaf." : "nonleaf.") + field.id, format.maps_page ? Word::leaf : Word::nonleaf,
             field);
  }
}

Format read_format(Draft& draft, const SourceFile& file) {
  MapReader reader(file.tree, draft.diagnostics, file.kind);
  Format format;
  format.place = file.tree.place;
  reader.require("kind");
  reader.require("sources");
  format.id = reader.id("id");
  format.title = reader.text("title");
  if (file.kind == "format") {
    format.level = static_cast<int>(reader.number("level", 1, 5));
    format.maps_page = reader.flag("maps_page");
  }
  std::map<std::string, Place> seen;
  for (const Node* item : reader.list("fields")) {
    format.fields.push_back(read_field(draft, file, *item));
    check_unique(draft.diagnostics, seen, format.fields.back().id, item->place);
  }
  reader.done();
  return format;
}

}  // namespace

void read_formats(Draft& draft) {
  for (const SourceFile& file : draft.files) {
    if (file.kind != "format" && file.kind != "register") continue;
    Format format = read_format(draft, file);
    add_names(draft, format);
    if (file.kind == "format") {
      draft.spec.formats.push_back(std::move(format));
    } else if (format.id == "eptp") {
      draft.spec.eptp = std::move(format);
    } else if (format.id == "capability") {
      draft.spec.capability = std::move(format);
    } else {
      draft.diagnostics.add(format.place, fmt::format("unknown register '{}'", format.id), "eptp or capability");
    }
  }
  std::stable_sort(draft.spec.formats.begin(), draft.spec.formats.end(), [](const Format& a, const Format& b) {
    return a.level != b.level ? a.level > b.level : !a.maps_page && b.maps_page;
  });
}

void read_field_conditions(Draft& draft) {
  const auto find_format = [&](const std::string& id) -> Format* {
    if (id == draft.spec.eptp.id) return &draft.spec.eptp;
    if (id == draft.spec.capability.id) return &draft.spec.capability;
    const auto found = std::find_if(draft.spec.formats.begin(), draft.spec.formats.end(),
                                    [&](const Format& format) { return format.id == id; });
    return found == draft.spec.formats.end() ? nullptr : &*found;
  };
  for (const SourceFile& file : draft.files) {
    Format* format = file.kind == "format" || file.kind == "register" ? find_format(file.id) : nullptr;
    if (format == nullptr) continue;
    MapReader reader(file.tree, draft.diagnostics, file.kind);
    const auto items = reader.list("fields");
    for (std::size_t i = 0; i < items.size() && i < format->fields.size(); ++i) {
      const Node* when = MapReader(*items[i], draft.diagnostics, "field").find("when");
      if (when == nullptr) continue;
      Condition condition = draft.names.read(*when);
      if (stage_of(condition, draft.names.conditions()) != Stage::configuration) {
        draft.diagnostics.add(when->place, "the condition of a field depends on more than the configuration",
                              "a condition over controls, capabilities and EPTP");
      }
      format->fields[i].when = std::move(condition);
    }
  }
}

}  // namespace spec
