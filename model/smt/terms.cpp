#include "model/smt/terms.h"

#include <algorithm>
#include <stdexcept>

namespace model {

namespace {

z3::expr input(z3::context& context, const std::string& name) { return context.bv_const(name.c_str(), kWordBits); }

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

Configuration::Configuration(z3::context& context, const spec::Spec& spec)
    : maxphyaddr(input(context, "maxphyaddr")), context_(&context) {
  for (const spec::Register& one : spec.registers) {
    if (one.role != spec::Role::derived) names_.push_back(one.id);
  }
  registers_.resize(names_.size());
  for (const spec::Register* one : configuration_of_walk(spec)) (*this)[word_of(spec, one->id)];
}

z3::expr& Configuration::at(std::size_t number) const {
  std::optional<z3::expr>& one = registers_.at(number);
  if (!one) one = input(*context_, names_.at(number));
  return *one;
}

Inputs::Inputs(z3::context& context, const spec::Spec& spec)
    : eptp_word(word_of(spec, "eptp")),
      pointer_word(word_of(spec, "sub_page_table_pointer")),
      configuration(context, spec),
      gpa(input(context, "guest_physical_address")),
      access(input(context, "access")),
      entries{input(context, "entry_1"), input(context, "entry_2"), input(context, "entry_3"),
              input(context, "entry_4"), input(context, "entry_5")} {
  for (const spec::Register* one : spec::configuration_of_walk(spec)) walk_words.push_back(word_of(spec, one->id));
}

z3::expr width_in_range(const spec::Spec& spec, const Configuration& configuration) {
  z3::context& context = configuration.maxphyaddr.ctx();
  const auto bound = [&](int value) { return word(context, static_cast<std::uint64_t>(value)); };
  return z3::ule(bound(spec.min_maxphyaddr), configuration.maxphyaddr) &&
         z3::ule(configuration.maxphyaddr, bound(spec.max_maxphyaddr));
}

}  // namespace model
