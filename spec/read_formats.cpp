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

constexpr Range kNoRange = {{false, -1}, {false, 0}};  // of a field whose range is missing or wrong

Range read_range(MapReader& reader, Diagnostics& diagnostics) {
  const Node* node = reader.require("bits");
  if (node == nullptr) return kNoRange;
  const auto range = node->kind == Node::Kind::scalar ? parse_range(node->text) : std::nullopt;
  if (!range) {
    diagnostics.add(node->place, describe(*node) + " is no bit range",
                    "a bit from 63 to 0 or HIGH:LOW, high end first, with maxphyaddr or maxphyaddr-1 as an end where "
                    "the manual has it");
    return kNoRange;
  }
  return *range;
}

// Or a range that was reported already.
bool is_one_bit(const Range& range) { return is_constant(range) && range.high.offset <= range.low.offset; }

Field read_field(Draft& draft, const SourceFile& file, const Node& node) {
  MapReader reader(node, draft.diagnostics, "field");
  Field field;
  field.place = node.place;
  field.id = reader.id("id");
  field.bits = read_range(reader, draft.diagnostics);
  field.kind = reader.choice("kind", kKinds);
  if (field.kind == FieldKind::fixed) {
    field.value = reader.number("value", 0, 1);
    if (!is_one_bit(field.bits)) {
      draft.diagnostics.add(field.place, fmt::format("the fixed field '{}' has several bits", field.id), "one bit");
    }
  }
  field.cite = read_cite(reader, file, draft.diagnostics, in_words(field.bits));
  field.text = reader.text("text");
  if (const Node* when = reader.find("when"); when != nullptr && field.kind != FieldKind::field) {
    draft.diagnostics.add(when->place,
                          fmt::format("'{}' has a condition and is of kind {}", field.id, to_string(field.kind)),
                          "'when' at fields of kind field only");
  }
  reader.done();
  return field;
}

bool is_known_bits(const Range& range) { return is_constant(range) && range.high.offset >= range.low.offset; }

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
    if (!has_name(field)) continue;
    if (format.level == 0) {
      add_name(draft, format.id + "." + field.id, format.id == "eptp" ? Word::eptp : Word::capability, field);
      continue;
    }
    add_name(draft, "entry." + field.id, Word::entry, field);
    if (format.maps_page) add_name(draft, "leaf." + field.id, Word::leaf, field);
  }
}

// "all." and "nonleaf." speak of several entries at once: their formats must all have the field. A leaf's format can be
// asked for ("walk.leaf_is_pte").
void add_names_of_several(Draft& draft) {
  const auto& formats = draft.spec.formats;
  const auto in_each = [&](const Field& field, bool tables_only) {
    return std::all_of(formats.begin(), formats.end(), [&](const Format& format) {
      return (tables_only && format.maps_page) || has_field(format, field.id, bits_at(field.bits));
    });
  };
  for (const Format& format : formats) {
    for (const Field& field : format.fields) {
      if (!has_name(field)) continue;
      if (in_each(field, false)) draft.names.add("all." + field.id, {Word::all, bits_at(field.bits)});
      if (in_each(field, true)) draft.names.add("nonleaf." + field.id, {Word::nonleaf, bits_at(field.bits)});
    }
  }
}

// Nothing lies below a PTE, and no page is larger than 1 GByte.
void check_maps_page(Draft& draft, MapReader& reader, const Format& format) {
  const Node* flag = reader.find("maps_page");
  if (flag == nullptr || (flag->text != "true" && flag->text != "false")) return;
  const Node* level = reader.find("level");
  if (level != nullptr && level->text == "1" && !format.maps_page) {
    draft.diagnostics.add(flag->place, "an entry of level 1 maps no page", "maps_page: true");
  }
  if (format.level > 3 && format.maps_page) {
    draft.diagnostics.add(flag->place, fmt::format("an entry of level {} maps a page", format.level),
                          "maps_page: false above level 3");
  }
}

Format read_format(Draft& draft, const SourceFile& file) {
  MapReader reader = read_head(draft, file);
  Format format;
  format.place = file.tree.place;
  format.id = reader.id("id");
  format.title = reader.text("title");
  if (file.kind == "format") {
    format.level = static_cast<int>(reader.number("level", 1, 5));
    format.maps_page = reader.flag("maps_page");
    check_maps_page(draft, reader, format);
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

bool has_name(const Field& field) {
  return is_known_bits(field.bits) && (field.kind == FieldKind::field || field.kind == FieldKind::fixed);
}

bool has_field(const Format& format, const std::string& id, Bits bits) {
  return std::any_of(format.fields.begin(), format.fields.end(), [&](const Field& field) {
    return field.id == id && has_name(field) && bits_at(field.bits) == bits;
  });
}

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
  add_names_of_several(draft);
}

void read_field_conditions(Draft& draft) {
  const auto find_format = [&](const std::string& id) -> Format* {
    if (id == draft.spec.eptp.id) return &draft.spec.eptp;
    if (id == draft.spec.capability.id) return &draft.spec.capability;
    return find_id(draft.spec.formats, id);
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
