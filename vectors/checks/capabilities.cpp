#include "vectors/checks/capabilities.h"

#include <stdexcept>

#include <fmt/format.h>

#include "vectors/checks/check_case.h"

namespace vectors {

Capabilities::Capabilities(const spec::Spec& spec, const Support& support, const model::Inputs& inputs,
                           z3::solver& solver)
    : context_(inputs.context()), min_(spec.min_maxphyaddr) {
  z3::expr_vector widths(context_);
  for (int width = spec.min_maxphyaddr; width <= spec.max_maxphyaddr; ++width) {
    widths.push_back(add(fmt::format("maxphyaddr {}", width), solver,
                         inputs.configuration.maxphyaddr == model::word(context_, static_cast<std::uint64_t>(width))));
  }
  solver.add(model::any_of(widths));
  for (const auto& [number, mask] : support) {
    if (is_chosen(spec.registers.at(number))) continue;
    for (unsigned bit = 0; bit < model::kWordBits; ++bit) {
      if ((mask >> bit & 1) == 0) continue;
      add(fmt::format("{} bit {}", spec.registers[number].id, bit), solver,
          inputs.configuration.at(number).extract(bit, bit) == context_.bv_val(1, 1));
      bits_.emplace_back(number, bit);
    }
  }
  if (constants_.size() > kMostCapabilities) throw std::logic_error("more bits of capabilities than there is room for");
}

Assumed Capabilities::of(const spec::Profile& profile) const {
  Assumed all;
  const std::size_t widths = constants_.size() - bits_.size();
  const auto width = static_cast<std::size_t>(profile.maxphyaddr - min_);
  all.which.set(width);  // the other widths follow
  all.value.set(width);
  for (std::size_t i = 0; i < bits_.size(); ++i) {
    all.which.set(widths + i);
    all.value.set(widths + i, (profile.registers.at(bits_[i].first) >> bits_[i].second & 1) != 0);
  }
  return all;
}

z3::expr_vector Capabilities::literals(const Assumed& assumed) const {
  z3::expr_vector list(context_);
  for (std::size_t i = 0; i < constants_.size(); ++i) {
    if (assumed.which[i]) list.push_back(assumed.value[i] ? constants_[i] : !constants_[i]);
  }
  return list;
}

Assumed Capabilities::used(const z3::expr_vector& core, const Assumed& of) const {
  Assumed assumed;
  assumed.value = of.value;
  for (const z3::expr& literal : core) assumed.which.set(by_id_.at((literal.is_not() ? literal.arg(0) : literal).id()));
  return assumed;
}

std::vector<std::string> Capabilities::opposites(const Assumed& assumed) const {
  std::vector<std::string> list;
  for (std::size_t i = 0; i < constants_.size(); ++i) {
    if (!assumed.which[i]) continue;
    const bool is_width = i < constants_.size() - bits_.size();
    list.push_back(is_width ? "not " + names_[i] : fmt::format("{} = {}", names_[i], assumed.value[i] ? 0 : 1));
  }
  return list;
}

z3::expr Capabilities::add(const std::string& name, z3::solver& solver, const z3::expr& meaning) {
  z3::expr constant = context_.bool_const(name.c_str());
  solver.add(constant == meaning);
  by_id_.emplace(constant.id(), constants_.size());
  constants_.push_back(constant);
  names_.push_back(name);
  return constant;
}

}  // namespace vectors
