#include "model/smt/terms.h"

#include <algorithm>
#include <stdexcept>

namespace model {

z3::expr all_of(const z3::expr_vector& parts) { return parts.empty() ? parts.ctx().bool_val(true) : z3::mk_and(parts); }

z3::expr any_of(const z3::expr_vector& parts) { return parts.empty() ? parts.ctx().bool_val(false) : z3::mk_or(parts); }

const z3::expr& value_of(const Terms& terms, const std::string& name) {
  const auto found = std::find_if(terms.begin(), terms.end(), [&](const Term& term) { return term.name == name; });
  if (found == terms.end()) throw std::logic_error("there is no term " + name);
  return found->value;
}

z3::expr differ(const Terms& a, const Terms& b) {
  if (a.size() != b.size() || a.empty()) throw std::logic_error("sets of terms of different size");
  z3::expr_vector differences(a.front().value.ctx());
  for (const Term& term : a) differences.push_back(term.value != value_of(b, term.name));
  return any_of(differences);
}

}  // namespace model
