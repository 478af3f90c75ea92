// Registers, and the words that are derived from them: what their bits are called, and the names that conditions know
// them by. Which of their bits a walk depends on.
#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "spec/draft.h"

namespace spec {

namespace {

constexpr std::size_t kMostRegisters = 128;

const std::vector<Choice<Role>> kRoles = {{"capability", Role::capability}, {"control", Role::control},
                                          {"field", Role::field},           {"state", Role::state},
                                          {"operand", Role::operand},       {"choice", Role::choice}};

// Also of fields that are reserved, which rules may ask for: ID.FIELD, whatever the scope of the others is.
void add_names(Draft& draft, const std::string& scope, const Register& of, Word word) {
  if (is_scope_of_walk(of.id) || is_scope_of_walk(scope)) {
    draft.diagnostics.add(
        of.place,
        fmt::format("'{}' stands before the names of something else", is_scope_of_walk(of.id) ? of.id : scope),
        "an id and a scope of its own");
    return;
  }
  if (!draft.names.add(of.id, {word, {of.width - 1, 0}}))
    draft.diagnostics.add(of.place, fmt::format("'{}' is a name already", of.id), "a name of its own");
  for (const Field& field : of.fields) {
    const std::string name = (has_name(field) ? scope : of.id) + "." + field.id;
    const bool has_place = is_constant(field.bits) && field.bits.high.offset >= field.bits.low.offset;
    if (has_place && !draft.names.add(name, {word, bits_at(field.bits)}))
      draft.diagnostics.add(field.place, fmt::format("'{}' is a name already", name), "a name of its own");
  }
}

// One bit for each control.
std::optional<Operand> read_setting(Draft& draft, MapReader& reader, const char* key, unsigned width) {
  std::optional<Operand> bits = read_register_bits(draft, reader, key);
  const unsigned size = bits ? bits->bits.high - bits->bits.low + 1 : width;
  if (size != width)
    draft.diagnostics.add(reader.find(key)->place, fmt::format("'{}' has {} bits", bits->name, size),
                          fmt::format("as many as the register has: {}", width));
  return bits;
}

void read_settings(Draft& draft, MapReader& reader, Register& of) {
  if (of.role != Role::control) return;
  reader.one("settings", [&](MapReader& settings) {
    if (settings.find("allowed_0") != nullptr) of.allowed_0 = read_setting(draft, settings, "allowed_0", of.width);
    of.allowed_1 = read_setting(draft, settings, "allowed_1", of.width);
    return 0;
  });
  if (reader.find("activated_by") == nullptr) return;
  of.activated_by = read_register_bits(draft, reader, "activated_by");
  if (!of.activated_by || of.activated_by->bits.high == of.activated_by->bits.low) return;
  draft.diagnostics.add(reader.find("activated_by")->place, fmt::format("'{}' is no control", of.activated_by->name),
                        "the name of one bit");
}

void report_later(Draft& draft, const Node& node) {
  draft.diagnostics.add(node.place, describe(node) + " does not stand before this word",
                        "a register or a derived word before it");
}

Derivation::Choice read_choice(Draft& draft, MapReader& reader) {
  Derivation::Choice choice;
  choice.word = read_register_id(draft, reader, "word");
  if (reader.find("when") != nullptr) choice.when = read_when(draft, reader, kOfRegisters);
  return choice;
}

Derivation::Place read_place(Draft& draft, MapReader& reader, bool byte_before) {
  Derivation::Place place;
  place.address = read_register_id(draft, reader, "address");
  place.number = read_register_id(draft, reader, byte_before ? "count" : "index");
  place.size = reader.number("size", 1, 4096);
  place.byte_before = byte_before;
  return place;
}

Derivation read_derivation(Draft& draft, MapReader& reader) {
  Derivation derivation;
  for (const char* key : {"last_byte", "element"}) {
    if (reader.find(key) == nullptr) continue;
    const bool byte_before = key == std::string_view("last_byte");
    derivation.place = reader.one(key, [&](MapReader& place) { return read_place(draft, place, byte_before); });
    derivation.names = derivation.place->address;
    return derivation;
  }
  if (reader.find("part") != nullptr) {
    derivation.part = read_register_bits(draft, reader, "part");
    if (derivation.part && register_at(derivation.part->word) >= draft.spec.registers.size())
      report_later(draft, *reader.find("part"));
    derivation.names = read_register_id(draft, reader, "fields_of");
  } else if (reader.find("constant") != nullptr) {
    derivation.constant = reader.number("constant", 0, ~std::uint64_t{0});
  } else if (reader.find("choose") == nullptr && reader.is_mapping()) {
    draft.diagnostics.add(reader.place(), "nothing says how the word comes about",
                          "one of choose, part, last_byte, element, constant");
  } else {
    derivation.choices = reader.each("choose", "choice", [&](MapReader& one) { return read_choice(draft, one); });
    if (!derivation.choices.empty()) derivation.names = derivation.choices.front().word;
  }
  return derivation;
}

Register read_derived(Draft& draft, MapReader& reader, Seen& seen) {
  Register derived;
  Named head;
  reader.name(head, seen);
  derived.id = derived.scope = head.id;
  derived.title = derived.text = head.text;
  derived.place = head.place;
  derived.cite = head.cite;
  derived.role = Role::derived;
  Derivation derivation = read_derivation(draft, reader);
  const std::size_t from = register_at(derivation.names);
  if (from < draft.spec.registers.size() && !derivation.constant) {
    derived.fields = draft.spec.registers[from].fields;
    derived.width = draft.spec.registers[from].width;
  }
  derived.derivation = std::move(derivation);
  return derived;
}

// Where a register of its role is.
void read_address(MapReader& reader, Register& of) {
  if (of.role == Role::capability) of.msr = static_cast<std::uint32_t>(reader.number("msr", 0, ~std::uint32_t{0}));
  if (of.role == Role::control || of.role == Role::field || of.role == Role::state)
    of.vmcs = static_cast<std::uint32_t>(reader.number("vmcs", 0, 0x7fff));
}

}  // namespace

std::vector<Given> read_given(Draft& draft, MapReader& reader, Seen& seen) {
  if (reader.find("given") == nullptr) return {};
  return reader.each("given", "condition", [&](MapReader& entry) {
    Given one;
    entry.name(one, seen);
    one.when = read_when(draft, entry, kOfRegisters);
    return one;
  });
}

// What could be a register is asked for by the name of bits, so that its mistakes are worded once.
std::optional<Operand> read_register_bits(Draft& draft, MapReader& reader, const char* key) {
  const Node* const node = reader.require(key);
  if (node == nullptr) return std::nullopt;
  std::optional<Operand> found = draft.names.operand(*node);
  if (!found || is_register(found->word)) return found;
  draft.diagnostics.add(node->place, describe(*node) + " is not of a register", "the name of bits of a register");
  return std::nullopt;
}

Word read_register_id(Draft& draft, MapReader& reader, const char* key) {
  const Node* const node = reader.require(key);
  if (node == nullptr) return Word::first_register;
  const bool has_dot = node->text.find('.') != std::string::npos;
  const Symbol* const found = node->kind == Node::Kind::scalar && !has_dot ? draft.names.find(node->text) : nullptr;
  if (found != nullptr && register_at(found->word) < draft.spec.registers.size()) return found->word;
  if (found != nullptr) {  // no other name is without a dot
    report_later(draft, *node);
    return Word::first_register;
  }
  draft.diagnostics.add(node->place, describe(*node) + " is no register", "the id of a register or derived word");
  return Word::first_register;
}

void read_register(Draft& draft, MapReader& reader) {
  Register one;
  one.place = reader.place();
  one.id = reader.id("id");
  const std::size_t before = draft.diagnostics.size();
  const std::size_t number = reader.number("number", 0, kMostRegisters - 1);
  const bool is_numbered = draft.diagnostics.size() == before;
  one.title = reader.text("title");
  const std::size_t before_role = draft.diagnostics.size();
  one.role = reader.choice("role", kRoles);
  const bool has_role = draft.diagnostics.size() == before_role;
  if (has_role) read_address(reader, one);
  if (reader.find("width") != nullptr)
    one.width = reader.choice<unsigned>("width", {{"64", 64}, {"32", 32}, {"16", 16}});
  one.scope = reader.find("scope") == nullptr ? one.id : reader.id("scope");
  if (reader.find("exists") != nullptr) one.exists = read_when(draft, reader, kOfRegisters, "exists");
  if (has_role) read_settings(draft, reader, one);
  for (const char* key : {"msr", "vmcs", "settings", "activated_by"}) {
    if (!has_role) reader.find(key);  // what belongs to a role that is not known
  }
  one.cite = reader.cite();
  one.text = reader.text("text");
  Seen seen;
  one.fields = reader.each("fields", "field", [&](MapReader& field) {
    Field found = read_field(draft, field, seen);
    if (one.role == Role::choice && found.kind == FieldKind::field) found.reason = field.text("reason");
    return found;
  });
  add_names(draft, one.scope, one, word_of_register(number));
  one.given = read_given(draft, reader, seen);
  std::vector<Register>& registers = draft.spec.registers;
  if (registers.size() <= number) registers.resize(number + 1);
  if (registers[number].id.empty()) {
    registers[number] = std::move(one);
  } else if (is_numbered) {
    draft.diagnostics.add(one.place,
                          fmt::format("'{}' has number {}, as '{}' has", one.id, number, registers[number].id),
                          "a number of its own");
  }
}

void read_derived_words(Draft& draft, MapReader& reader) {
  std::vector<Register>& registers = draft.spec.registers;
  const auto gap = std::ranges::find(registers, "", &Register::id);
  if (gap != registers.end()) {
    const auto next = std::ranges::find_if(gap, registers.end(), [](const Register& one) { return !one.id.empty(); });
    draft.diagnostics.add(next == registers.end() ? reader.place() : next->place,
                          fmt::format("no register has number {}", gap - registers.begin()),
                          "registers that are numbered from 0 without a gap");
  }
  Seen seen;
  reader.each("words", "derived word", [&](MapReader& word) {
    registers.push_back(read_derived(draft, word, seen));
    add_names(draft, registers.back().id, registers.back(), word_of_register(registers.size() - 1));
    return 0;
  });
}

void find_bits_of_walk(Spec& spec) {
  std::vector<std::uint64_t> bits(spec.registers.size(), 0);
  const auto note = [&](const Condition& condition) {
    for_each(condition, [&](const Condition& part) {
      if (is_about_word(part) && is_register(part.word)) bits.at(register_at(part.word)) |= mask_of(part.bits);
      if (part.other && is_register(part.other->word))
        bits.at(register_at(part.other->word)) |= mask_of(part.other->bits);
    });
  };
  for (const Operand& control : spec.enabled) bits.at(register_at(control.word)) |= mask_of(control.bits);
  for (const NamedCondition& condition : spec.conditions) note(condition.when);
  for (const Rule& rule : eptp_rules(spec)) note(rule.when);
  for_each_of_walk(spec, note);
  for (std::size_t n = 0; n < bits.size(); ++n) {
    Register& one = spec.registers[n];
    one.of_walk = bits[n];
    if (one.of_walk == 0 || one.role == Role::control) continue;
    for (const Field& field : one.fields) one.of_walk |= has_name(field) ? mask_of(bits_at(field.bits)) : 0;
  }
}

}  // namespace spec
