#include "model/controls/broken_rules.h"

namespace model {

namespace {

std::vector<BrokenRule> broken(const spec::Spec& spec, const spec::Check& check, const spec::Knowledge& knowledge,
                               const spec::Kinds& kinds) {
  std::vector<BrokenRule> found;
  for (const spec::Rule& rule : check.rules) {
    if (judge(spec, rule.when, knowledge, kinds) == spec::Truth::yes)
      found.push_back({&check, &rule, &check.endings.at(rule.result)});
  }
  for (const spec::Part& part : check.parts) {
    // Which register an EPTP rule speaks of depends on the part; addresses are not judged here.
    if (part.of || (part.when && judge(spec, *part.when, knowledge, kinds) != spec::Truth::yes)) continue;
    for (BrokenRule one : broken(spec, spec.checks.at(part.check), knowledge, kinds)) {
      one.ending = part.ending ? &check.endings.at(*part.ending) : find_id(check.endings, one.ending->id);
      found.push_back(one);
    }
  }
  return found;
}

spec::Kinds kinds_in(const spec::Spec& spec, const spec::Knowledge& knowledge) {
  spec::Kinds kinds;
  for (const auto& [word, known] : knowledge) {
    const spec::Register& one = spec.registers.at(register_at(word));
    if (one.role == spec::Role::capability || one.role == spec::Role::control) kinds[word] = kinds_of(one, 0);
  }
  return kinds;
}

}  // namespace

std::vector<BrokenRule> broken_rules(const spec::Spec& spec, const spec::Check& check,
                                     const spec::Knowledge& knowledge) {
  return broken(spec, check, knowledge, kinds_in(spec, knowledge));
}

std::vector<const spec::Rule*> undecided_rules(const spec::Spec& spec, const spec::Check& check,
                                               const spec::Knowledge& knowledge) {
  const spec::Kinds kinds = kinds_in(spec, knowledge);
  std::vector<const spec::Rule*> found;
  for (const spec::Rule& rule : check.rules) {
    if (judge(spec, rule.when, knowledge, kinds) == spec::Truth::maybe) found.push_back(&rule);
  }
  return found;
}

spec::Knowledge msrs_of(const spec::Spec& spec, const spec::Profile& profile) {
  spec::Knowledge msrs;
  for (std::size_t n = 0; n < spec.registers.size(); ++n) {
    const std::uint64_t value = profile.registers.at(n);
    if (spec.registers[n].role == spec::Role::capability && value != 0)
      msrs.emplace(spec::word_of_register(n), spec::known(value));
  }
  return msrs;
}

spec::Knowledge with_absent_msrs(const spec::Spec& spec, spec::Knowledge msrs) {
  for (std::size_t n = 0; n < spec.registers.size(); ++n) {
    const spec::Register& one = spec.registers[n];
    if (one.role != spec::Role::capability || !one.exists) continue;
    if (judge(spec, *one.exists, msrs) == spec::Truth::no) msrs.emplace(spec::word_of_register(n), spec::known(0));
  }
  return msrs;
}

}  // namespace model
