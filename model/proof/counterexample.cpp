#include "model/proof/counterexample.h"

#include <fmt/format.h>

#include "spec/draw.h"

namespace model {

namespace {

class Description {
 public:
  Description(const spec::Spec& spec, const z3::model& found) : spec_(spec), found_(found) {}

  // The value of an input, or nothing when the counterexample does not depend on it.
  [[nodiscard]] std::optional<std::uint64_t> input(const z3::expr& expr) const {
    if (!found_.has_interp(expr.decl())) return std::nullopt;
    return value(expr);
  }
  [[nodiscard]] std::uint64_t value(const z3::expr& expr) const { return found_.eval(expr, true).get_numeral_uint64(); }
  [[nodiscard]] bool holds(const z3::expr& expr) const { return found_.eval(expr, true).is_true(); }

  void add(const std::string& name, std::uint64_t number, const std::string& meaning) {
    text_ += fmt::format("    {:<22} {:#018x}  {}\n", name, number, meaning);
  }
  void add_controls(const char* name, const z3::expr& expr, spec::Word word) {
    if (const auto number = input(expr)) add(name, *number, draw_bits(spec_.controls, word, *number));
  }
  void line(const std::string& text) { text_ += "    " + text + "\n"; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  const spec::Spec& spec_;
  const z3::model& found_;
  std::string text_;
};

void describe_configuration(Description& out, const spec::Spec& spec, const Configuration& configuration,
                            int maxphyaddr) {
  out.add("maxphyaddr", static_cast<std::uint64_t>(maxphyaddr), fmt::format("{} bits", maxphyaddr));
  if (const auto number = out.input(configuration.capability))
    out.add("capability", *number, draw(spec.capability, *number, maxphyaddr));
  out.add_controls("pin_based_controls", configuration.pin_based, spec::Word::pin_based);
  out.add_controls("primary_controls", configuration.primary, spec::Word::primary);
  out.add_controls("secondary_controls", configuration.secondary, spec::Word::secondary);
  out.add_controls("tertiary_controls", configuration.tertiary, spec::Word::tertiary);
  if (const auto number = out.input(configuration.parameters))
    out.add("parameters", *number, draw_bits(spec.parameters, spec::Word::parameter, *number));
}

// What a set of rules in the term `rules` is made of.
std::string rule_names(const spec::Spec& spec, const Claim& claim, const Description& out, std::uint64_t set) {
  const auto has = [&](const char* name) {
    for (const Term& term : claim.constraints) {
      if (term.name == name) return true;
    }
    return false;
  };
  if (has("kind")) return draw_rules(spec.misconfigurations, set);
  if (!has("result")) return draw_rules(spec.eptp_rules, set);
  constexpr std::uint64_t kMisconfiguration = 3;
  const bool misconfigured = out.value(value_of(claim.constraints, "result")) == kMisconfiguration;
  return draw_rules(misconfigured ? spec.misconfigurations : spec.violations, set);
}

void describe_sides(Description& out, const spec::Spec& spec, const Claim& claim) {
  for (const Term& term : claim.header) {
    const std::uint64_t header = out.value(term.value);
    const std::uint64_t constraints = out.value(value_of(claim.constraints, term.name));
    if (header == constraints) continue;
    const bool rules = term.name == "rules";
    out.line(fmt::format("{}:", term.name));
    out.add("  header", header, rules ? rule_names(spec, claim, out, header) : "");
    out.add("  constraints", constraints, rules ? rule_names(spec, claim, out, constraints) : "");
  }
}

}  // namespace

std::string describe(const spec::Spec& spec, const Claim& claim, const z3::model& found) {
  Description out(spec, found);
  const auto maxphyaddr = static_cast<int>(out.value(claim.inputs.configuration.maxphyaddr));
  describe_configuration(out, spec, claim.inputs.configuration, maxphyaddr);
  if (const auto eptp = out.input(claim.inputs.eptp)) out.add("eptp", *eptp, draw(spec.eptp, *eptp, maxphyaddr));
  if (const auto gpa = out.input(claim.inputs.gpa)) out.add("guest_physical_address", *gpa, "");
  if (const auto access = out.input(claim.inputs.access))
    out.add("access", *access, draw_bits(spec.attributes, spec::Word::access, *access));
  for (int level = 5; level >= 1; --level) {
    const auto entry = out.input(claim.inputs.entry(level));
    if (!entry) continue;
    const spec::Format& format = format_of(spec, level, *entry);
    out.add(format.id, *entry, draw(format, *entry, maxphyaddr));
  }
  describe_sides(out, spec, claim);
  for (const Part& witness : claim.witnesses) {
    if (out.holds(witness.formula)) out.line("holds: " + witness.origin);
  }
  return out.text();
}

}  // namespace model
