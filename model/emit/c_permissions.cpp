// Which rules for a complete walk the emitted header judges behind a shortcut; proved for each rule, case by case.
#include <algorithm>
#include <array>
#include <utility>

#include "model/emit/c_condition.h"
#include "model/emit/c_parts.h"
#include "spec/names.h"
#include "spec/partial.h"

namespace model {

namespace {

using spec::Word;

// Attributes of an access, and the fields of an entry that allow it.
constexpr std::array kRights = {std::pair{"data_read", "read"}, std::pair{"data_write", "write"},
                                std::pair{"instruction_fetch", "execute"}};

// The bits of the rights in an entry, which are those that ask for them in an access; 0 where they are not.
std::uint64_t plain_rights(const spec::Spec& spec) {
  std::uint64_t rights = 0;
  for (const auto& [id, field] : kRights) {
    const spec::NamedBits* const attribute = find_id(spec.attributes, id);
    const auto allows = [&](const spec::Format& format) { return has_field(format, field, attribute->bits); };
    if (attribute == nullptr || !std::ranges::all_of(spec.formats, allows)) return 0;
    rights |= mask_of(attribute->bits);
  }
  return rights;
}

// Whether some access that asks for these rights only, which every entry gives, may break the rule.
bool is_broken_by_plain_access(const spec::Spec& spec, const spec::Rule& rule, std::uint64_t rights) {
  std::uint64_t access = rights;
  do {
    access = (access - 1) & rights;  // every subset, the whole last
    const spec::Partial allowed{access, access};
    const spec::Knowledge knowledge = {
        {Word::access, spec::known(access)}, {Word::all, allowed}, {Word::nonleaf, allowed}, {Word::leaf, allowed}};
    if (judge(spec, rule.when, knowledge) != spec::Truth::no) return true;
  } while (access != rights);
  return false;
}

}  // namespace

PermissionRules permission_rules(const spec::Spec& spec) {
  const std::uint64_t rights = plain_rights(spec);
  PermissionRules rules;
  for (const spec::Rule& rule : spec.violations) {
    if (rule.stage != spec::ViolationStage::permissions) continue;
    const bool of_address =
        speaks_beyond(rule.when, {Word::access, Word::all, Word::nonleaf, Word::leaf, Word::walk}, spec.conditions);
    const bool further = of_address || (rights != 0 && is_broken_by_plain_access(spec, rule, rights));
    (further ? rules.further : rules.usual).push_back(rule);
  }
  for (const auto& [attribute, field] : kRights) {
    if (rights != 0) rules.rights += (rules.rights.empty() ? "EPT_ENTRY_" : " | EPT_ENTRY_") + upper(field);
  }
  return rules;
}

}  // namespace model
