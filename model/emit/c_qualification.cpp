#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "model/emit/c_condition.h"
#include "model/emit/c_parts.h"
#include "model/emit/text.h"
#include "spec/names.h"

namespace model {

namespace {

using spec::Condition;
using Kind = spec::Condition::Kind;
using Term = std::vector<Condition>;  // all of these hold

Condition joined(Kind kind, const std::vector<Condition>& operands) {
  if (operands.size() == 1 && kind != Kind::negation) return operands.front();
  Condition result;
  result.kind = kind;
  result.operands = operands;
  return result;
}

Condition negated(const Condition& condition) {
  return condition.kind == Kind::negation ? condition.operands.front() : joined(Kind::negation, {condition});
}

// A condition as terms of which one must hold. Of conditions about the access only those that are alternatives
// themselves are opened.
std::vector<Term> terms_of(const Condition& condition, const spec::Spec& spec, bool negate = false) {
  if (condition.kind == Kind::negation) return terms_of(condition.operands.front(), spec, !negate);
  const Kind alternatives = negate ? Kind::all_of : Kind::any_of;
  if (condition.kind == Kind::named) {
    const spec::NamedCondition& named = spec.conditions.at(condition.named);
    if (named.stage == spec::Stage::access && named.when.kind == alternatives)
      return terms_of(named.when, spec, negate);
  }
  std::vector<Term> terms;
  if (condition.kind == alternatives) {
    for (const Condition& operand : condition.operands) {
      for (Term& term : terms_of(operand, spec, negate)) terms.push_back(std::move(term));
    }
    return terms;
  }
  if (condition.kind != Kind::all_of && condition.kind != Kind::any_of)
    return {{negate ? negated(condition) : condition}};
  Term term;
  for (const Condition& operand : condition.operands) term.push_back(negate ? negated(operand) : operand);
  return {term};
}

// One bit of a word that is at hand when a violation is reported.
bool is_movable(const Condition& condition) {
  const bool at_hand = condition.word == spec::Word::access || condition.word == spec::Word::all ||
                       condition.word == spec::Word::leaf || condition.word == spec::Word::violation;
  return condition.kind == Kind::nonzero && at_hand && condition.bits.high == condition.bits.low;
}

// Some bits of the result: those of a word moved by a distance, or constant ones; while the guard holds.
struct Part {
  std::string guard;  // a C expression; empty for always
  std::string word;   // empty for constant bits
  int distance = 0;   // upwards
  std::uint64_t bits = 0;
  std::string names;
};

void add(std::vector<Part>& parts, const Part& part) {
  const auto found = std::ranges::find_if(parts, [&](const Part& each) {
    return each.guard == part.guard && each.word == part.word && each.distance == part.distance;
  });
  if (found == parts.end()) {
    parts.push_back(part);
  } else if ((found->bits & part.bits) == 0) {
    found->bits |= part.bits;
    found->names += ", " + part.names;
  }
}

Part part_of(const Term& term, const spec::QualificationBit& bit, const spec::Spec& spec) {
  Part part{"", "", 0, std::uint64_t{1} << bit.bit, bit.id};
  Term guard = term;
  const auto moved = std::ranges::find_if(guard, is_movable);
  if (moved != guard.end()) {
    part.word = c_word(moved->word, spec);
    part.distance = static_cast<int>(bit.bit) - static_cast<int>(moved->bits.low);
    guard.erase(moved);
  }
  if (!guard.empty()) part.guard = c_expression(joined(Kind::all_of, guard), spec);
  return part;
}

// What a bit needs to be set beside being defined: an undefined bit is given as 0.
std::vector<Term> terms_of_set(const spec::QualificationBit& bit, const spec::Spec& spec) {
  std::vector<std::string> defined;
  if (bit.undefined) {
    for (const Term& term : terms_of(*bit.undefined, spec)) {
      if (term.size() == 1) defined.push_back(c_expression(negated(term.front()), spec));
    }
    defined.push_back(c_expression(negated(*bit.undefined), spec));
  }
  std::vector<Term> terms = terms_of(bit.set, spec);
  for (Term& term : terms) {
    std::erase_if(term, [&](const Condition& condition) {
      return std::ranges::count(defined, c_expression(condition, spec)) != 0;
    });
  }
  return terms;
}

// What makes bits undefined.
struct Cause {
  std::string text;  // of `when`
  Condition when;
  std::vector<const spec::QualificationBit*> bits;
};

std::vector<Cause> causes_of(const spec::Spec& spec) {
  std::vector<Cause> causes;
  for (const spec::QualificationBit& bit : spec.qualification) {
    if (!bit.undefined) continue;
    for (const Term& term : terms_of(*bit.undefined, spec)) {
      const Condition when = joined(Kind::all_of, term);
      const std::string text = c_expression(when, spec);
      auto found = std::ranges::find(causes, text, &Cause::text);
      if (found == causes.end()) found = causes.insert(causes.end(), {text, when, {}});
      found->bits.push_back(&bit);
    }
  }
  return causes;
}

struct Undefined {
  std::vector<Part> prepared;
  std::vector<Part> parts;
};

// Causes of the same bits become one guard; one bit that makes one bit undefined is moved.
Undefined undefined_parts(const spec::Spec& spec) {
  Undefined undefined;
  std::map<std::vector<const spec::QualificationBit*>, std::vector<Condition>> alike;
  for (const Cause& cause : causes_of(spec)) {
    const bool prepared = stage_of(cause.when, spec.conditions) == spec::Stage::configuration;
    if (prepared || (cause.bits.size() == 1 && is_movable(cause.when))) {
      for (const auto* bit : cause.bits)
        add(prepared ? undefined.prepared : undefined.parts, part_of({cause.when}, *bit, spec));
    } else {
      alike[cause.bits].push_back(cause.when);
    }
  }
  for (const auto& [bits, conditions] : alike) {
    const std::string guard = c_expression(joined(Kind::any_of, conditions), spec);
    for (const auto* bit : bits) add(undefined.parts, {guard, "", 0, std::uint64_t{1} << bit->bit, bit->id});
  }
  return undefined;
}

std::string value_of(const Part& part) {
  if (part.word.empty()) return hex(part.bits);
  if (part.distance == 0) return fmt::format("{} & {}", part.word, hex(part.bits));
  return fmt::format("{} {} {} & {}", part.word, part.distance > 0 ? "<<" : ">>", std::abs(part.distance),
                     hex(part.bits));
}

// Each part under the names of its bits.
std::string lines_of(const std::vector<Part>& parts, const std::string& target, const std::string& suffix) {
  std::string text;
  for (const Part& part : parts) {
    const std::string flag = part.names.substr(0, part.names.find(',')) + suffix;
    text += fmt::format("/* {} */\n", part.names);
    text += part.guard.empty() ? fmt::format("{} |= {};\n", target, value_of(part))
                               : set_when(target, part.guard, value_of(part), flag);
  }
  return text;
}

}  // namespace

QualificationText qualification_text(const spec::Spec& spec) {
  std::vector<Part> set;
  for (const spec::QualificationBit& bit : spec.qualification) {
    for (const Term& term : terms_of_set(bit, spec)) add(set, part_of(term, bit, spec));
  }
  const Undefined undefined = undefined_parts(spec);
  return {lines_of(undefined.prepared, "context->undefined", "_undefined"),
          lines_of(set, "set", "") + lines_of(undefined.parts, "undefined", "_undefined")};
}

std::uint64_t never_defined(const std::vector<spec::QualificationBit>& bits) {
  std::uint64_t defined = 0;
  for (const spec::QualificationBit& bit : bits) defined |= std::uint64_t{1} << bit.bit;
  return ~defined;
}

}  // namespace model
