// Formats: what the bits of entries and registers are called, and the names that conditions know those of entries by.
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

const Known kOfField = {{},
                        "a condition over controls, capabilities and EPTP",
                        false,
                        "the condition of a field depends on more than the configuration"};

constexpr Range kNoRange = {{false, -1}, {false, 0}};  // of a field whose range is missing or wrong

Range read_range(MapReader& reader, Diagnostics& diagnostics) {
  const Node* node = reader.require("bits");
  if (node == nullptr) return kNoRange;
  const auto range = node->kind == Node::Kind::scalar ? parse_range(node->text) : std::nullopt;
  if (!range) {
    diagnostics.add(node->place, describe(*node) + " is no bit range",
                    "a bit from 63 to 0 or HIGH:LOW, high end first, with maxphyaddr or maxphyaddr-1 as an end where "
                    "the manual has it");
  }
  return range.value_or(kNoRange);
}

// Or a range that was reported already.
bool is_one_bit(const Range& range) { return is_constant(range) && range.high.offset <= range.low.offset; }

}  // namespace

Field read_field(Draft& draft, MapReader& reader, Seen& seen) {
  Field field;
  field.bits = read_range(reader, draft.diagnostics);
  reader.name(field, seen, in_words(field.bits));
  field.reason = reader.optional_text("reason");
  field.kind = reader.choice("kind", kKinds);
  if (field.kind == FieldKind::fixed) {
    field.value = reader.number("value", 0, 1);
    if (!is_one_bit(field.bits))
      draft.diagnostics.add(field.place, fmt::format("the fixed field '{}' has several bits", field.id), "one bit");
  }
  const Node* when = reader.find("when");
  if (when == nullptr) return field;
  if (field.kind != FieldKind::field) {
    draft.diagnostics.add(when->place,
                          fmt::format("'{}' has a condition and is of kind {}", field.id, to_string(field.kind)),
                          "'when' at fields of kind field only");
  }
  field.when = read_when(draft, reader, kOfField);
  return field;
}

namespace {

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

void add_names(Draft& draft, const Format& format, bool is_of_sub_page) {
  for (const Field& field : format.fields) {
    if (!has_name(field)) continue;
    if (is_of_sub_page) {
      add_name(draft, "sub_page." + field.id, Word::sub_page, field);
      continue;
    }
    add_name(draft, "entry." + field.id, Word::entry, field);
    if (format.maps_page) add_name(draft, "leaf." + field.id, Word::leaf, field);
  }
}

// Nothing lies below a PTE, and no page is larger than 1 GByte.
void check_maps_page(Draft& draft, MapReader& reader, const Format& format) {
  const Node* flag = reader.find("maps_page");
  if (flag == nullptr || (flag->text != "true" && flag->text != "false")) return;
  const Node* level = reader.find("level");
  if (level != nullptr && level->text == "1" && !format.maps_page)
    draft.diagnostics.add(flag->place, "an entry of level 1 maps no page", "maps_page: true");
  if (format.level > 3 && format.maps_page) {
    draft.diagnostics.add(flag->place, fmt::format("an entry of level {} maps a page", format.level),
                          "maps_page: false above level 3");
  }
}

}  // namespace

bool has_name(const Field& field) {
  return is_constant(field.bits) && field.bits.high.offset >= field.bits.low.offset &&
         (field.kind == FieldKind::field || field.kind == FieldKind::fixed);
}

bool has_field(const Format& format, const std::string& id, Bits bits) {
  return std::ranges::any_of(format.fields, [&](const Field& field) {
    return field.id == id && has_name(field) && bits_at(field.bits) == bits;
  });
}

void read_format(Draft& draft, MapReader& reader) {
  const bool is_of_sub_page = reader.what() == "sub_page_format";
  Format format;
  format.place = reader.place();
  format.id = reader.id("id");
  format.title = reader.text("title");
  if (!is_of_sub_page) {
    format.level = static_cast<int>(reader.number("level", 1, 5));
    format.maps_page = reader.flag("maps_page");
    check_maps_page(draft, reader, format);
  }
  Seen seen;
  format.fields = reader.each("fields", "field", [&](MapReader& field) { return read_field(draft, field, seen); });
  add_names(draft, format, is_of_sub_page);
  if (is_of_sub_page) return draft.spec.sub_page.formats.push_back(std::move(format));
  std::vector<Format>& formats = draft.spec.formats;
  formats.push_back(std::move(format));
  std::ranges::stable_sort(formats, [](const Format& a, const Format& b) {
    return a.level != b.level ? a.level > b.level : !a.maps_page && b.maps_page;
  });
}

// They speak of several entries at once: their formats must all have the field. A leaf's format can be asked for
// ("walk.leaf_is_pte").
void name_fields_of_several(Draft& draft) {
  const auto in_each = [&](const Field& field, bool tables_only) {
    return std::ranges::all_of(draft.spec.formats, [&](const Format& format) {
      return (tables_only && format.maps_page) || has_field(format, field.id, bits_at(field.bits));
    });
  };
  for (const Format& format : draft.spec.formats) {
    for (const Field& field : format.fields) {
      if (!has_name(field)) continue;
      if (in_each(field, false)) draft.names.add("all." + field.id, {Word::all, bits_at(field.bits)});
      if (in_each(field, true)) draft.names.add("nonleaf." + field.id, {Word::nonleaf, bits_at(field.bits)});
    }
  }
}

}  // namespace spec
