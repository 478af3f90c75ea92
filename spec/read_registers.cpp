// Registers, and the words that are derived from them: what their bits are called, and the names that conditions know
// them by. Which of their bits a walk depends on.
#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "spec/draft.h"

namespace spec {

namespace {

constexpr std::size_t kMostRegisters = 128;

const Known kOfRegisters = {{}, "a condition over registers"};

const std::vector<Choice<Role>> kRoles = {{"capability", Role::capability},
                                          {"control", Role::control},
                                          {"field", Role::field},
                                          {"operand", Role::operand},
                                          {"choice", Role::choice}};

// Also of fields that are reserved, which rules may ask for: ID.FIELD, whatever the scope of the others is.
void add_names(Draft& draft, const std::string& scope, const Register& of, Word word) {
  draft.names.add(of.id, {word, {of.width - 1, 0}});
  for (const Field& field : of.fields) {
    const std::string name = (has_name(field) ? scope : of.id) + "." + field.id;
    const bool has_place = is_constant(field.bits) && field.bits.high.offset >= field.bits.low.offset;
    if (has_place && !draft.names.add(name, {word, bits_at(field.bits)}))
      draft.diagnostics.add(field.place, fmt::format("'{}' is a name already", name), "a name of its own");
  }
}

std::optional<std::uint32_t> number_if_there(MapReader& reader, const char* key, std::uint64_t max) {
  if (reader.find(key) == nullptr) return std::nullopt;
  return static_cast<std::uint32_t>(reader.number(key, 0, max));
}

std::optional<Operand> operand_if_there(Draft& draft, MapReader& reader, const char* key) {
  const Node* const node = reader.find(key);
  return node == nullptr ? std::nullopt : draft.names.operand(*node);
}

void read_settings(Draft& draft, MapReader& reader, Register& of) {
  if (of.role != Role::control) return;
  reader.one("settings", [&](MapReader& settings) {
    of.allowed_0 = operand_if_there(draft, settings, "allowed_0");
    if (const Node* node = settings.require("allowed_1")) of.allowed_1 = draft.names.operand(*node);
    return 0;
  });
  of.activated_by = operand_if_there(draft, reader, "activated_by");
}

// The id of a register, as its word.
Word read_register_id(Draft& draft, MapReader& reader, const char* key) {
  const Node* const node = reader.require(key);
  if (node == nullptr) return Word::first_register;
  const std::optional<Operand> found = draft.names.operand(*node);
  if (!found) return Word::first_register;
  if (is_register(found->word) && node->text.find('.') == std::string::npos) return found->word;
  draft.diagnostics.add(node->place, describe(*node) + " is no register", "the id of a register");
  return Word::first_register;
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
  if (const Node* const part = reader.find("part")) {
    derivation.part = draft.names.operand(*part);
    derivation.names = read_register_id(draft, reader, "fields_of");
  } else if (reader.find("constant") != nullptr) {
    derivation.constant = reader.number("constant", 0, ~std::uint64_t{0});
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

}  // namespace

void read_register(Draft& draft, MapReader& reader) {
  Register one;
  one.place = reader.place();
  one.id = reader.id("id");
  const std::size_t number = reader.number("number", 0, kMostRegisters - 1);
  one.title = reader.text("title");
  one.role = reader.choice("role", kRoles);
  one.msr = number_if_there(reader, "msr", ~std::uint32_t{0});
  one.vmcs = number_if_there(reader, "vmcs", 0x7fff);
  one.width = reader.find("width") == nullptr ? 64 : static_cast<unsigned>(reader.number("width", 1, 64));
  one.scope = reader.find("scope") == nullptr ? one.id : reader.id("scope");
  if (reader.find("exists") != nullptr) one.exists = read_when(draft, reader, kOfRegisters, "exists");
  read_settings(draft, reader, one);
  one.cite = reader.cite();
  one.text = reader.text("text");
  Seen seen;
  one.fields = reader.each("fields", "field", [&](MapReader& field) {
    Field found = read_field(draft, field, seen);
    if (one.role == Role::choice && found.kind == FieldKind::field) found.reason = field.text("reason");
    return found;
  });
  add_names(draft, one.scope, one, word_of_register(number));
  std::vector<Register>& registers = draft.spec.registers;
  if (registers.size() <= number) registers.resize(number + 1);
  if (registers[number].id.empty()) {
    registers[number] = std::move(one);
  } else {
    draft.diagnostics.add(one.place, fmt::format("'{}' has number {}, as '{}' has", one.id, number, registers[number].id),
                          "a number of its own");
  }
}

void read_derived_words(Draft& draft, MapReader& reader) {
  std::vector<Register>& registers = draft.spec.registers;
  const auto gap = std::ranges::find(registers, "", &Register::id);
  if (gap != registers.end())
    draft.diagnostics.add(reader.place(), fmt::format("no register has number {}", gap - registers.begin()),
                          "registers that are numbered from 0 without a gap");
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
    });
  };
  note(spec.enabled);
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
