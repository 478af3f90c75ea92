// A model of a refuted obligation in words.
#include <algorithm>

#include <fmt/format.h>

#include "model/proof/obligations.h"
#include "spec/draw.h"

namespace model {

namespace {

class Description {
 public:
  explicit Description(const z3::model& found) : found_(found) {}

  [[nodiscard]] std::uint64_t value(const z3::expr& expr) const { return found_.eval(expr, true).get_numeral_uint64(); }
  [[nodiscard]] bool holds(const z3::expr& expr) const { return found_.eval(expr, true).is_true(); }

  void add(const std::string& name, std::uint64_t number, const std::string& meaning) {
    text_ += fmt::format("    {:<22} {:#018x}  {}\n", name, number, meaning);
  }
  [[nodiscard]] bool depends_on(const z3::expr& input) const { return found_.has_interp(input.decl()); }
  // An input, if the counterexample depends on it, and what its value means.
  template <typename Meaning>
  void add_input(const std::string& name, const z3::expr& input, const Meaning& meaning) {
    if (depends_on(input)) add(name, value(input), meaning(value(input)));
  }
  void line(const std::string& text) { text_ += "    " + text + "\n"; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  const z3::model& found_;
  std::string text_;
};

void describe_inputs(Description& out, const spec::Spec& spec, const Inputs& inputs) {
  const Configuration& configuration = inputs.configuration;
  const auto maxphyaddr = static_cast<int>(out.value(configuration.maxphyaddr));
  const auto fields = [&](const spec::Format& format) {
    return [&](std::uint64_t number) { return draw(format, number, maxphyaddr); };
  };
  out.add("maxphyaddr", static_cast<std::uint64_t>(maxphyaddr), fmt::format("{} bits", maxphyaddr));
  for (std::size_t n = 0; n < configuration.size(); ++n) {
    const spec::Register& one = spec.registers.at(n);
    out.add_input(one.id, configuration.at(n), fields(one));
  }
  out.add_input("guest_physical_address", inputs.gpa, [](std::uint64_t) { return ""; });
  out.add_input("access", inputs.access, [&](std::uint64_t set) { return draw_bits(spec.attributes, set); });
  for (int level = 5; level >= 1; --level) {
    if (!out.depends_on(inputs.entry(level))) continue;
    const spec::Format& format = format_of(spec, level, out.value(inputs.entry(level)));
    out.add_input(format.id, inputs.entry(level), fields(format));
  }
}

// What a set of rules in the term `rules` is made of.
std::string rule_names(const spec::Spec& spec, const Claim& claim, const Description& out, std::uint64_t set) {
  const auto has = [&](const std::string& name) {
    return std::ranges::find(claim.constraints, name, &Term::name) != claim.constraints.end();
  };
  if (has("kind")) return draw_rules(spec.misconfigurations, set);
  if (!has("result")) return draw_rules(eptp_rules(spec), set);
  constexpr std::uint64_t kMisconfiguration = 3;
  const std::uint64_t result = out.value(value_of(claim.constraints, "result"));
  if (result >= spec.sub_page.permission.allowed) return draw_rules(spec.sub_page.rules, set);
  const bool misconfigured = result == kMisconfiguration;
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
  Description out(found);
  describe_inputs(out, spec, claim.inputs);
  describe_sides(out, spec, claim);
  for (const Part& witness : claim.witnesses) {
    if (out.holds(witness.formula)) out.line("holds: " + witness.origin);
  }
  return out.text();
}

}  // namespace model
