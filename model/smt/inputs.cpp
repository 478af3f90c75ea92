#include "model/smt/inputs.h"

namespace model {

namespace {

z3::expr input(z3::context& context, const char* name) { return context.bv_const(name, kWordBits); }

}  // namespace

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
      entries{input(context, "entry_1"), input(context, "entry_2"), input(context, "entry_3"),
              input(context, "entry_4"), input(context, "entry_5")} {}

z3::expr width_in_range(const spec::Spec& spec, const Configuration& configuration) {
  z3::context& context = configuration.maxphyaddr.ctx();
  const auto bound = [&](int value) { return word(context, static_cast<std::uint64_t>(value)); };
  return z3::ule(bound(spec.min_maxphyaddr), configuration.maxphyaddr) &&
         z3::ule(configuration.maxphyaddr, bound(spec.max_maxphyaddr));
}

}  // namespace model
