#include "model/emit/c_condition.h"

#include <array>
#include <cctype>
#include <stdexcept>

#include <fmt/format.h>

#include "model/emit/c_parts.h"
#include "spec/names.h"

namespace model {

namespace {

using spec::Condition;

// Binding strength of the expression's outermost operator, as far as it matters here.
enum class Strength { any_of, all_of, comparison, unary };

struct Expression {
  std::string text;
  Strength strength = Strength::unary;
};

Expression print(const Condition& condition, const spec::Spec& spec);

// Operands of && inside || (and the reverse) get parentheses, which compilers ask for.
Expression join(const std::vector<Condition>& operands, const spec::Spec& spec, const char* separator,
                Strength strength) {
  if (operands.size() == 1) return print(operands.front(), spec);
  std::string text;
  for (const Condition& operand : operands) {
    const Expression part = print(operand, spec);
    const bool mixed = part.strength == Strength::any_of || part.strength == Strength::all_of;
    text += fmt::format("{}{}", text.empty() ? "" : separator,
                        mixed && part.strength != strength ? "(" + part.text + ")" : part.text);
  }
  return {text, strength};
}

constexpr unsigned kLookedUp = 6;  // bits of a field whose values are bits of a word

Expression equals(const std::string& field, const Condition& condition, std::uint64_t value) {
  return {fmt::format("{} == {}", field, hex(value << condition.bits.low)), Strength::comparison};
}

// Facts are variables of their own.
bool is_fact(spec::Word word) { return word == spec::Word::walk || word == spec::Word::ended; }

std::string fact(const Condition& condition) { return condition.name.substr(condition.name.find('.') + 1); }

// A fact is 0 or 1.
Expression one_of_fact(const Condition& condition) {
  if (condition.values.size() > 1) return {"1"};
  return {(condition.values[0] == 0 ? "!" : "") + fact(condition)};
}

// One value is compared; of several, each is a bit of a constant that the field selects from, or compared where there
// are not enough bits.
Expression one_of(const Condition& condition, const spec::Spec& spec) {
  if (is_fact(condition.word)) return one_of_fact(condition);
  const std::string field = fmt::format("({} & {})", c_word(condition.word, spec), macro_of(condition, spec));
  if (condition.values.size() == 1) return equals(field, condition, condition.values[0]);
  if (condition.bits.high - condition.bits.low >= kLookedUp) {
    std::vector<std::string> each;
    for (const std::uint64_t value : condition.values) each.push_back(equals(field, condition, value).text);
    return {fmt::format("{}", fmt::join(each, " || ")), Strength::any_of};
  }
  std::uint64_t values = 0;
  for (const std::uint64_t value : condition.values) values |= std::uint64_t{1} << value;
  const std::string value = condition.bits.low == 0 ? field : fmt::format("({} >> {})", field, condition.bits.low);
  return {fmt::format("({} >> {} & 1)", hex(values), value)};
}

// The bits, moved down to bit 0.
std::string low_bits(spec::Word word, spec::Bits bits, const spec::Spec& spec) {
  const std::uint64_t mask = spec::mask_of({bits.high - bits.low, 0});
  const std::string text = c_word(word, spec);
  const std::string moved = bits.low == 0 ? text : fmt::format("{} >> {}", text, bits.low);
  return ~mask == 0 ? moved : fmt::format("({} & {})", moved, hex(mask));
}

Expression related(const Condition& condition, const spec::Spec& spec) {
  const std::string a = low_bits(condition.word, condition.bits, spec);
  const std::string b = condition.other ? low_bits(condition.other->word, condition.other->bits, spec)
                                        : fmt::format("{}ull", condition.values.front());
  switch (condition.relation) {
    case spec::Relation::within: return {fmt::format("!({} & ~{})", a, b)};
    case spec::Relation::at_most: return {fmt::format("{} <= {}", a, b), Strength::comparison};
    case spec::Relation::equal: return {fmt::format("{} == {}", a, b), Strength::comparison};
  }
  return {};
}

Expression any_of_kind(const Condition& condition, const spec::Spec& spec) {
  const char* const member = condition.field_kind == spec::FieldKind::reserved ? "reserved" : "beyond_maxphyaddr";
  if (condition.word == spec::Word::entry) return {fmt::format("(entry & masks->{})", member)};
  const std::string word = c_word(condition.word, spec);
  if (!spec::is_register(condition.word) || word == "eptp") return {fmt::format("({} & {})", word, member)};
  const spec::Register& of = spec.registers.at(spec::register_at(condition.word));
  return {fmt::format("({} & ({}))", word,
                      fmt::join(bits_of_kind(of, condition.field_kind, "registers->maxphyaddr"), " | "))};
}

Expression named(const spec::NamedCondition& condition, const spec::Spec& spec) {
  switch (condition.stage) {
    case spec::Stage::configuration: return {fmt::format("(conditions & EPT_CONDITION_{})", upper(condition.id))};
    case spec::Stage::access:
      if (is_function(condition, spec)) return {fmt::format("ept_{}(conditions, access)", condition.id)};
      break;
    case spec::Stage::entry:
    case spec::Stage::walk: break;
  }
  return print(condition.when, spec);
}

Expression print(const Condition& condition, const spec::Spec& spec) {
  switch (condition.kind) {
    case Condition::Kind::all_of: return join(condition.operands, spec, " && ", Strength::all_of);
    case Condition::Kind::any_of: return join(condition.operands, spec, " || ", Strength::any_of);
    case Condition::Kind::negation: {
      const Expression negated = print(condition.operands.front(), spec);
      return {negated.strength == Strength::unary ? "!" + negated.text : "!(" + negated.text + ")"};
    }
    case Condition::Kind::nonzero:
      if (is_fact(condition.word)) return {fact(condition)};
      return {fmt::format("({} & {})", c_word(condition.word, spec), macro_of(condition, spec))};
    case Condition::Kind::one_of: return one_of(condition, spec);
    case Condition::Kind::any_of_kind: return any_of_kind(condition, spec);
    case Condition::Kind::compared: return related(condition, spec);
    case Condition::Kind::named: return named(spec.conditions.at(condition.named), spec);
  }
  return {};
}

}  // namespace

bool is_function(const spec::NamedCondition& condition, const spec::Spec& spec) {
  bool over_entry = false;
  spec::for_each_through_names(condition.when, spec.conditions, [&](const Condition& part) {
    over_entry |= part.word == spec::Word::entry && is_about_word(part);
  });
  return condition.stage == spec::Stage::access && !over_entry;
}

bool mentions(const std::string& text, const std::string& variable) {
  const auto is_part = [&](std::size_t at) {
    return at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '_');
  };
  for (std::size_t at = text.find(variable); at != std::string::npos; at = text.find(variable, at + 1)) {
    if ((at == 0 || !is_part(at - 1)) && !is_part(at + variable.size())) return true;
  }
  return false;
}

std::string locals_for(const std::string& text, const std::vector<Local>& locals) {
  std::string lines;
  for (const Local& local : locals) {
    if (mentions(text, local.name)) lines += fmt::format("const {} {} = {};\n", local.type, local.name, local.value);
  }
  return lines;
}

std::string upper(const std::string& id) {
  std::string result = id;
  for (char& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

std::string hex(std::uint64_t value) { return fmt::format("{:#x}ull", value); }

std::string macro_of(const spec::Register& of, const std::string& field) {
  return of.id == "eptp" && field.starts_with("eptp_") ? "EPT_" + upper(field)
                                                       : fmt::format("EPT_{}_{}", upper(of.scope), upper(field));
}

std::string macro_of(const Condition& leaf, const spec::Spec& spec) {
  const std::size_t dot = leaf.name.find('.');
  const std::string id = leaf.name.substr(dot + 1);
  if (spec::is_register(leaf.word)) {
    const spec::Register& of = origin_of(spec, leaf.word);
    const spec::Field* const field = dot == std::string::npos ? nullptr : find_id(of.fields, id);
    return field != nullptr && has_name(*field) ? macro_of(of, id) : hex(mask_of(leaf.bits));
  }
  std::string scope = leaf.name.substr(0, dot);
  if (scope == "all" || scope == "nonleaf" || scope == "leaf") scope = "entry";
  return fmt::format("EPT_{}_{}", upper(scope), upper(id));
}

std::string c_word(spec::Word word, const spec::Spec& spec) {
  if (spec::is_register(word)) return spec.registers.at(spec::register_at(word)).id;
  constexpr std::array kNames = {
      "guest_physical_address", "entry", "entry", "all", "nonleaf", "leaf", "access", "", "", "violations"};
  static_assert(kNames.size() == spec::kWalkWords);
  if (is_fact(word)) throw std::logic_error("facts are variables of their own");
  return kNames.at(static_cast<std::size_t>(word));
}

std::string c_expression(const Condition& condition, const spec::Spec& spec) { return print(condition, spec).text; }

}  // namespace model
