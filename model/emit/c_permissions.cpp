#include "model/emit/c_permissions.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "model/emit/c_condition.h"
#include "spec/names.h"
#include "spec/partial.h"

namespace model {

namespace {

using spec::Word;

struct Right {
  const char* attribute;  // of an access
  const char* field;      // of an entry
};
constexpr std::array kRights = {Right{"data_read", "read"}, Right{"data_write", "write"},
                                Right{"instruction_fetch", "execute"}};

// The bits of the rights in an entry, which are those that ask for them in an access; nothing where they are not.
std::optional<std::vector<std::uint64_t>> plain_rights(const spec::Spec& spec) {
  std::vector<std::uint64_t> masks;
  for (const Right& right : kRights) {
    const spec::NamedBits* const attribute = find_id(spec.attributes, right.attribute);
    const bool same =
        attribute != nullptr && std::all_of(spec.formats.begin(), spec.formats.end(), [&](const spec::Format& format) {
          return has_field(format, right.field, attribute->bits);
        });
    if (!same) return std::nullopt;
    masks.push_back(mask_of(attribute->bits));
  }
  return masks;
}

bool is_broken_by(const spec::Spec& spec, const spec::Rule& rule, std::uint64_t access) {
  const spec::Partial allowed{access, access};
  const spec::Knowledge knowledge = {
      {Word::access, spec::known(access)}, {Word::all, allowed}, {Word::nonleaf, allowed}, {Word::leaf, allowed}};
  return judge(spec, rule.when, knowledge) != spec::Truth::no;
}

// Whether some access that asks for these rights only, which every entry gives, may break the rule.
bool is_broken_by_plain_access(const spec::Spec& spec, const spec::Rule& rule,
                               const std::vector<std::uint64_t>& rights) {
  for (unsigned set = 0; set < 1U << rights.size(); ++set) {
    std::uint64_t access = 0;
    for (std::size_t i = 0; i < rights.size(); ++i) access |= (set >> i & 1) != 0 ? rights[i] : 0;
    if (is_broken_by(spec, rule, access)) return true;
  }
  return false;
}

bool speaks_of_address(const spec::Spec& spec, const spec::Rule& rule) {
  bool found = false;
  for_each_through_names(rule.when, spec.conditions,
                         [&](const spec::Condition& part) { found |= part.word == Word::gpa; });
  return found;
}

}  // namespace

PermissionRules permission_rules(const spec::Spec& spec) {
  const auto rights = plain_rights(spec);
  PermissionRules rules;
  for (const spec::Rule& rule : spec.violations) {
    if (rule.stage != spec::ViolationStage::permissions) continue;
    const bool further = speaks_of_address(spec, rule) || (rights && is_broken_by_plain_access(spec, rule, *rights));
    (further ? rules.further : rules.usual).push_back(rule);
  }
  for (const Right& right : kRights) {
    if (rights) rules.rights += (rules.rights.empty() ? "EPT_ENTRY_" : " | EPT_ENTRY_") + upper(right.field);
  }
  return rules;
}

}  // namespace model
