// What only shows when all registers, derived words and checks are there: what is computed from what, what belongs to
// what, and that a word has what is asked of it.
#include <algorithm>

#include <fmt/format.h>

#include "spec/draft.h"

namespace spec {

namespace {

// With the same names for the same bits, and the same kinds of bits.
bool have_same_fields(const Register& a, const Register& b) {
  return a.width == b.width && std::ranges::equal(a.fields, b.fields, [](const Field& x, const Field& y) {
           return to_string(x.bits) == to_string(y.bits) && x.kind == y.kind && (!has_name(x) || x.id == y.id);
         });
}

void check_addresses(const Spec& spec, Diagnostics& diagnostics) {
  Seen seen;
  for (const Register& one : spec.registers) {
    if (one.msr) check_unique(diagnostics, seen, fmt::format("MSR {:#x}", *one.msr), one.place);
    if (one.vmcs) check_unique(diagnostics, seen, fmt::format("VMCS field {:#x}", *one.vmcs), one.place);
  }
}

// The words that a condition is about, also through names.
std::vector<Word> words_of(const Spec& spec, const Condition& condition) {
  std::vector<Word> words;
  for_each_through_names(condition, spec.conditions, [&](const Condition& part) {
    if (is_about_word(part)) words.push_back(part.word);
    if (part.other) words.push_back(part.other->word);
  });
  return words;
}

// Those beside the words that it names itself.
std::vector<Word> words_of(const Spec& spec, const Derivation& derivation) {
  std::vector<Word> words;
  for (const Derivation::Choice& choice : derivation.choices) {
    if (!choice.when) continue;
    for (const Word word : words_of(spec, *choice.when)) words.push_back(word);
  }
  return words;
}

void check_choices(const Spec& spec, const Register& one, Diagnostics& diagnostics) {
  const std::vector<Derivation::Choice>& choices = one.derivation->choices;
  for (std::size_t i = 1; i < choices.size(); ++i) {
    const Register& first = spec.registers.at(register_at(choices.front().word));
    const Register& other = spec.registers.at(register_at(choices[i].word));
    if (!choices[i - 1].when)
      diagnostics.add(one.place, fmt::format("'{}' is never chosen: the choice before it has no 'when'", other.id),
                      "'when' at each choice but the last");
    if (!have_same_fields(first, other))
      diagnostics.add(one.place, fmt::format("'{}' has other fields than '{}'", other.id, first.id),
                      "a choice among words with the same fields");
  }
}

void check_part(const Spec& spec, const Register& one, Diagnostics& diagnostics) {
  const std::optional<Operand>& part = one.derivation->part;
  if (!part || part->bits.high - part->bits.low + 1 == one.width) return;
  diagnostics.add(one.place,
                  fmt::format("'{}' has {} bits and '{}' has {}", part->name, part->bits.high - part->bits.low + 1,
                              spec.registers.at(register_at(one.derivation->names)).id, one.width),
                  "a part with as many bits as the word whose fields it has");
}

void check_derived(const Spec& spec, Diagnostics& diagnostics) {
  for (std::size_t n = 0; n < spec.registers.size(); ++n) {
    const Register& one = spec.registers[n];
    if (!one.derivation) continue;
    for (const Word word : words_of(spec, *one.derivation)) {
      if (register_at(word) < n) continue;
      diagnostics.add(one.place,
                      fmt::format("'{}' is computed from '{}', which does not stand before it", one.id,
                                  spec.registers.at(register_at(word)).id),
                      "a word computed from registers and from derived words before it");
      break;
    }
    check_choices(spec, one, diagnostics);
    check_part(spec, one, diagnostics);
  }
}

// Of a walk through parts: a check that is open is part of itself.
enum class Visit { none, open, done };

bool find_cycle(const Spec& spec, std::size_t check, std::vector<Visit>& visits, Diagnostics& diagnostics) {
  visits[check] = Visit::open;
  for (const Part& part : spec.checks[check].parts) {
    if (visits[part.check] == Visit::open) {
      diagnostics.add(part.place, fmt::format("the check '{}' is part of itself (a cycle)", part.id),
                      "parts that do not lead back");
      return true;
    }
    if (visits[part.check] == Visit::none && find_cycle(spec, part.check, visits, diagnostics)) return true;
  }
  visits[check] = Visit::done;
  return false;
}

// A result has one place for the rules of each check.
void find_twice(const Spec& spec, std::size_t check, std::vector<Visit>& visits, Diagnostics& diagnostics) {
  visits[check] = Visit::done;
  for (const Part& part : spec.checks[check].parts) {
    if (visits[part.check] == Visit::none) {
      find_twice(spec, part.check, visits, diagnostics);
    } else {
      diagnostics.add(part.place, fmt::format("the check '{}' belongs to one check twice", part.id),
                      "each check once, be it through others");
    }
  }
}

void check_parts_of(const Spec& spec, const Check& check, Diagnostics& diagnostics) {
  for (const Part& part : check.parts) {
    if (part.of && part.id != "eptp") {
      diagnostics.add(part.place, fmt::format("the check '{}' is of certain registers", part.id),
                      "'of' at the check eptp only");
    } else if (part.of && !have_same_fields(register_of(spec, "eptp"), spec.registers.at(register_at(*part.of)))) {
      diagnostics.add(part.place,
                      fmt::format("'{}' has other fields than eptp", spec.registers.at(register_at(*part.of)).id),
                      "a register with the fields of eptp");
    }
    for (const Ending& ending : spec.checks.at(part.check).endings) {
      if (part.ending || find_id(check.endings, ending.id) != nullptr) continue;
      diagnostics.add(part.place, fmt::format("'{}' has no outcome '{}', which '{}' has", check.id, ending.id, part.id),
                      "'outcome' at the part, or an outcome with the same id");
    }
  }
}

void check_parts(const Spec& spec, Diagnostics& diagnostics) {
  std::vector<Visit> visits(spec.checks.size(), Visit::none);
  for (std::size_t n = 0; n < spec.checks.size(); ++n) {
    if (visits[n] == Visit::none && find_cycle(spec, n, visits, diagnostics)) return;
  }
  for (std::size_t n = 0; n < spec.checks.size(); ++n) {
    check_parts_of(spec, spec.checks[n], diagnostics);
    visits.assign(spec.checks.size(), Visit::none);
    if (is_whole(spec, n)) find_twice(spec, n, visits, diagnostics);
  }
}

template <typename Visitor>
void for_each_condition(const Spec& spec, const Visitor& visit) {
  for (const NamedCondition& condition : spec.conditions) visit(condition.when);
  for (const Register& one : spec.registers) {
    if (one.exists) visit(*one.exists);
    for (const Given& given : one.given) visit(given.when);
    if (!one.derivation) continue;
    for (const Derivation::Choice& choice : one.derivation->choices) {
      if (choice.when) visit(*choice.when);
    }
  }
  for (const Check& check : spec.checks) {
    for (const Given& given : check.given) visit(given.when);
    for (const Rule& rule : check.rules) visit(rule.when);
    for (const Part& part : check.parts) {
      if (part.when) visit(*part.when);
    }
  }
  for_each_of_walk(spec, visit);
}

// What asks for a kind of bits that the word does not have would never hold.
void check_kinds(const Spec& spec, Diagnostics& diagnostics) {
  for_each_condition(spec, [&](const Condition& condition) {
    for_each(condition, [&](const Condition& part) {
      if (part.kind != Condition::Kind::any_of_kind || !is_register(part.word)) return;
      const Register& of = spec.registers.at(register_at(part.word));
      if (std::ranges::find(of.fields, part.field_kind, &Field::kind) != of.fields.end()) return;
      diagnostics.add(part.place, fmt::format("'{}' has no field of kind {}", of.id, to_string(part.field_kind)),
                      "a kind of field that the word has");
    });
  });
}

}  // namespace

void check_registers(const Spec& spec, Diagnostics& diagnostics) {
  check_addresses(spec, diagnostics);
  check_derived(spec, diagnostics);
  check_parts(spec, diagnostics);
  check_kinds(spec, diagnostics);
}

}  // namespace spec
