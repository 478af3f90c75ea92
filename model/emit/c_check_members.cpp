// Which rules take part in a check, its own and those of its parts.
#include <fmt/format.h>

#include "model/emit/c_condition.h"
#include "model/emit/c_parts.h"
#include "spec/names.h"

namespace model {

namespace {

using Endings = std::vector<std::size_t>;  // of a part, by its own index: the ending of the whole check

void add_members(const spec::Check& check, const CheckMember& from, const Endings& endings, const spec::Check& whole,
                 const spec::Spec& spec, std::vector<CheckMember>& members) {
  CheckMember own = from;
  own.check = &check;
  for (const spec::Rule& rule : check.rules) own.rules[endings.at(rule.result)] |= std::uint64_t{1} << rule.bit;
  if (!check.rules.empty()) members.push_back(own);
  for (const spec::Part& part : check.parts) {
    const spec::Check& of_part = spec.checks.at(part.check);
    CheckMember next{nullptr, from.applies, part.of ? part.of : from.of, {}};
    if (part.when) {
      const std::string when = c_expression(*part.when, spec);
      next.applies = from.applies.empty() ? when : fmt::format("({}) && ({})", from.applies, when);
    }
    Endings mapped;
    for (const spec::Ending& ending : of_part.endings) {
      if (part.ending) {
        mapped.push_back(endings.at(*part.ending));
      } else {
        mapped.push_back(static_cast<std::size_t>(find_id(whole.endings, ending.id) - whole.endings.data()));
      }
    }
    add_members(of_part, next, mapped, whole, spec, members);
  }
}

}  // namespace

std::vector<CheckMember> members_of(const spec::Check& check, const spec::Spec& spec) {
  std::vector<CheckMember> members;
  Endings own;
  for (std::size_t n = 0; n < check.endings.size(); ++n) own.push_back(n);
  add_members(check, {}, own, check, spec, members);
  return members;
}

}  // namespace model
