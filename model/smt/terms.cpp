#include "model/smt/terms.h"

#include <algorithm>
#include <stdexcept>

namespace model {

namespace {

z3::expr input(z3::context& context, const char* name) { return context.bv_const(name, kWordBits); }

}  // namespace

z3::expr all_of(const z3::expr_vector& parts) { return parts.empty() ? parts.ctx().bool_val(true) : z3::mk_and(parts); }

z3::expr any_of(const z3::expr_vector& parts) { return parts.empty() ? parts.ctx().bool_val(false) : z3::mk_or(parts); }

const z3::expr& value_of(const Terms& terms, const std::string& name) {
  const auto found = std::ranges::find(terms, name, &Term::name);
  if (found == terms.end()) throw std::logic_error("there is no term " + name);
  return found->value;
}

z3::expr differ(const Terms& a, const Terms& b) {
  if (a.size() != b.size() || a.empty()) throw std::logic_error("sets of terms of different size");
  z3::expr_vector differences(a.front().value.ctx());
  for (const Term& term : a) differences.push_back(term.value != value_of(b, term.name));
  return any_of(differences);
}

Configuration::Configuration(z3::context& context)
    : maxphyaddr(input(context, "maxphyaddr")),
      capability(input(context, "capability")),
      pin_based(input(context, "pin_based_controls")),
      primary(input(context, "primary_controls")),
      secondary(input(context, "secondary_controls")),
      tertiary(input(context, "tertiary_controls")),
      parameters(input(context, "parameters")) {}

Inputs::Inputs(z3::context& context)
    : configuration(context),
      eptp(input(context, "eptp")),
      gpa(input(context, "guest_physical_address")),
      access(input(context, "access")),
      sub_page_pointer(input(context, "sub_page_table_pointer")),
      entries{input(context, "entry_1"), input(context, "entry_2"), input(context, "entry_3"),
              input(context, "entry_4"), input(context, "entry_5")} {}

z3::expr width_in_range(const spec::Spec& spec, const Configuration& configuration) {
  z3::context& context = configuration.maxphyaddr.ctx();
  const auto bound = [&](int value) { return word(context, static_cast<std::uint64_t>(value)); };
  return z3::ule(bound(spec.min_maxphyaddr), configuration.maxphyaddr) &&
         z3::ule(configuration.maxphyaddr, bound(spec.max_maxphyaddr));
}

}  // namespace model
