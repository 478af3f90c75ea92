#include "vectors/mutants/mutant.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "spec/draw.h"

namespace vectors {

namespace {

using spec::Condition;
using spec::Spec;
using spec::Word;

void add_fields(std::vector<NameOfBits>& names, const spec::Format& format) {
  for (const spec::Field& field : format.fields) {
    if (field.kind == spec::FieldKind::field && is_constant(field.bits))
      names.push_back({field.id, bits_at(field.bits), field.place});
  }
}

// `member` of each item of `list`, a member of the specification.
template <class Item>
void add_sites(std::vector<Site>& all, const Spec& spec, const std::string& prefix, std::vector<Item> Spec::*list,
               Condition Item::*member, const std::string& name) {
  for (std::size_t i = 0; i < (spec.*list).size(); ++i) {
    all.push_back({fmt::format("{}/{}/{}", prefix, (spec.*list)[i].id, name),
                   [=](Spec& of) -> Condition& { return (of.*list).at(i).*member; }, spec.conditions.size()});
  }
}

void add_sub_page_sites(std::vector<Site>& all, const Spec& spec) {
  const std::size_t any = spec.conditions.size();
  for (std::size_t i = 0; i < spec.sub_page.rules.size(); ++i) {
    all.push_back({fmt::format("sub_page/{}/when", spec.sub_page.rules[i].id),
                   [i](Spec& of) -> Condition& { return of.sub_page.rules.at(i).when; }, any});
  }
  for (std::size_t i = 0; i < spec.sub_page.qualification.size(); ++i) {
    const spec::QualificationBit& bit = spec.sub_page.qualification[i];
    all.push_back({fmt::format("qualification/{}/set", bit.id),
                   [i](Spec& of) -> Condition& { return of.sub_page.qualification.at(i).set; }, any});
    if (!bit.undefined) continue;
    all.push_back({fmt::format("qualification/{}/undefined", bit.id),
                   [i](Spec& of) -> Condition& { return of.sub_page.qualification.at(i).undefined.value(); }, any});
  }
}

}  // namespace

std::vector<NameOfBits> names_of_bits(const Spec& spec, Word word, bool of_walk) {
  std::vector<NameOfBits> names;
  for (const auto* list : {&spec.attributes, &spec.address_fields}) {
    for (const spec::NamedBits& one : *list) {
      if (one.word == word) names.push_back({one.id, one.bits, one.place});
    }
  }
  const bool of_entry = word == Word::entry || word == Word::all || word == Word::nonleaf || word == Word::leaf;
  if (spec::is_register(word)) {
    const spec::Register& one = spec.registers.at(spec::register_at(word));
    add_fields(names, one);
    std::erase_if(names, [&](const NameOfBits& name) { return of_walk && (mask_of(name.bits) & one.of_walk) == 0; });
  }
  if (of_entry) add_fields(names, spec.formats.back());
  if (word == Word::sub_page) add_fields(names, spec.sub_page.formats.front());
  if (word == Word::ended) {
    for (unsigned n = 0; n < spec.results.size(); ++n)
      names.push_back({spec.results[n].id, {n, n}, spec.results[n].place});
  }
  if (word == Word::walk) names = {{"complete", {0, 0}, {}}, {"leaf_is_pte", {1, 1}, {}}};
  for (const spec::Rule& rule : spec.violations) {
    if (word == Word::violation) names.push_back({rule.id, {rule.bit, rule.bit}, rule.place});
  }
  std::sort(names.begin(), names.end(),
            [](const NameOfBits& a, const NameOfBits& b) { return a.bits.low < b.bits.low; });
  return names;
}

std::vector<Site> sites(const Spec& spec) {
  std::vector<Site> all;
  add_sites(all, spec, "condition", &Spec::conditions, &spec::NamedCondition::when, "when");
  for (std::size_t i = 0; i < spec.conditions.size(); ++i) all[i].named = i;
  for (std::size_t i = 0; i < eptp_rules(spec).size(); ++i) {
    all.push_back({fmt::format("eptp/{}/when", eptp_rules(spec)[i].id),
                   [i](Spec& of) -> Condition& { return eptp_rules(of).at(i).when; }, spec.conditions.size()});
  }
  add_sites(all, spec, "misconfiguration", &Spec::misconfigurations, &spec::Rule::when, "when");
  add_sites(all, spec, "violation", &Spec::violations, &spec::Rule::when, "when");
  for (const spec::Rule& rule : spec.violations) {
    if (rule.stage == spec::ViolationStage::entry)
      std::erase_if(all, [&](const Site& site) { return site.id == "violation/" + rule.id + "/when"; });
  }
  add_sites(all, spec, "flag", &Spec::flags, &spec::Flag::when, "when");
  add_sites(all, spec, "qualification", &Spec::qualification, &spec::QualificationBit::set, "set");
  const std::size_t any = spec.conditions.size();
  for (std::size_t i = 0; i < spec.qualification.size(); ++i) {
    if (spec.qualification[i].undefined)
      all.push_back({"qualification/" + spec.qualification[i].id + "/undefined",
                     [i](Spec& of) -> Condition& { return of.qualification.at(i).undefined.value(); }, any});
  }
  all.push_back({"sub_page_check/when", [](Spec& of) -> Condition& { return of.sub_page_check.when; }, any});
  add_sub_page_sites(all, spec);
  all.push_back({"convertible/when", [](Spec& of) -> Condition& { return of.convertible.when; }, any});
  all.push_back({"convertible/undefined", [](Spec& of) -> Condition& { return of.convertible.undefined; }, any});
  return all;
}

void for_each_part(Condition& condition, const std::function<void(Condition&)>& visit) {
  visit(condition);
  for (Condition& operand : condition.operands) for_each_part(operand, visit);
}

bool every_entry_has_a_format(const Spec& spec) {
  return std::all_of(spec.levels.begin(), spec.levels.end(), [&](const spec::Level& level) {
    std::uint64_t fixed = 0;
    for (const std::size_t f : level.formats) {
      for (const spec::Field& field : spec.formats.at(f).fields)
        fixed |= field.kind == spec::FieldKind::fixed ? mask_of(bits_at(field.bits)) : 0;
    }
    std::uint64_t entry = 0;
    do {  // each subset of the fixed bits
      const auto has = [&](std::size_t f) { return matches(spec.formats.at(f), entry); };
      if (std::count_if(level.formats.begin(), level.formats.end(), has) != 1) return false;
      entry = (entry - fixed) & fixed;
    } while (entry != 0);
    return true;
  });
}

Mutants all_mutants(const Spec& spec) {
  Mutants all;
  for (const auto& part : {condition_mutants, name_mutants, format_mutants, walk_mutants, report_mutants}) {
    Mutants more = part(spec);
    std::move(more.begin(), more.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace vectors
