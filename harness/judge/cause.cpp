#include "harness/judge/cause.h"

#include <algorithm>
#include <string_view>

#include "harness/judge/draw.h"
#include "harness/support/names.h"
#include "vectors/format/expectation.h"

namespace harness {

namespace {

bool is_misconfiguration(std::uint64_t result) {
  return result == EPTSPEC_ENTRY_MISCONFIGURED || result == EPTSPEC_WALK_MISCONFIGURATION;
}

bool is_good(std::uint64_t result) {
  return result == EPTSPEC_ENTRY_PAGE || result == EPTSPEC_ENTRY_TABLE || result == EPTSPEC_WALK_TRANSLATED;
}

// That an entry is taken for a page or a table and that a walk goes on through it are one cause.
Deviation of_walk(const Deviation& one) {
  const Deviation missed{Field::result, EPTSPEC_WALK_MISCONFIGURATION, EPTSPEC_WALK_TRANSLATED};
  if (is_misconfiguration(one.expected) && is_good(one.observed)) return missed;
  const bool reported = is_good(one.expected) && is_misconfiguration(one.observed);
  return reported ? Deviation{Field::result, missed.observed, missed.expected} : one;
}

using Places = std::vector<std::string>;

void add(Places& to, const std::string& place) {
  if (!place.empty() && std::count(to.begin(), to.end(), place) == 0) to.push_back(place);
}

void add_bits(Places& to, std::span<const Name> names, ept_word bits) {
  for (const Name& name : names) {
    if ((bits & name.bits) != 0) add(to, name.cite);
  }
}

// Of an entry that ends the walk or is asked about: the rules that it breaks, and the fields with the bits that it must
// not have.
void add_misconfiguration(Places& to, const std::string& format, ept_word rules, ept_word reserved) {
  add_bits(to, ept_entry_rule_names, rules);
  for (const ept_field_name& field : ept_reserved_names) {
    const bool beyond = std::string_view(field.name) == "beyond_maxphyaddr";
    const ept_word rule = beyond ? EPT_RULE_ADDRESS_BEYOND_MAXPHYADDR : EPT_RULE_RESERVED_BIT;
    if (name_of(field.format) == format && (rules & rule) != 0 && (reserved & field.bits) != 0) add(to, field.cite);
  }
}

// The rules on permissions by which the access of a walk that got through is judged: those that are broken when the
// entry that maps the page has one bit less, or one permission only.
ept_word permission_rules(const vectors::Vector& vector) {
  vectors::Case asked = vector.asked;
  asked.registers.capability |= EPT_CAPABILITY_EXECUTE_ONLY;
  const ept_context context = vectors::context_of(asked.registers);
  ept_word& leaf = asked.entries.at(static_cast<std::size_t>(asked.level - vector.expected.outcome.level));
  const ept_word whole = leaf;
  ept_word rules = 0;
  for (ept_word left = whole | context.present; left != 0; left &= left - 1) {
    const ept_word one = left & (0 - left);
    for (const ept_word entry : {whole & ~one, (whole & ~context.present) | one}) {
      leaf = entry;
      const ept_outcome outcome = vectors::expected_of(asked).outcome;
      if (outcome.result == EPT_VIOLATION) rules |= outcome.rules & ~ept_word{EPT_VIOLATION_ENTRY_NOT_PRESENT};
    }
  }
  return rules;
}

// Whether a walk was refused that nothing forbids.
bool is_refused(const vectors::Vector& vector, const Deviation& one) {
  return vector.asked.question == vectors::Question::walk && one.field == Field::result &&
         one.expected == EPTSPEC_WALK_TRANSLATED && one.observed == EPTSPEC_WALK_VIOLATION;
}

// Whether the entries of a walk that got through deny something, though not this access: an implementation that refuses
// it has applied a rule on permissions wrongly. If they deny nothing, no such rule is suspected.
bool denies_something(const vectors::Vector& vector) {
  const vectors::Case& asked = vector.asked;
  const ept_context context = vectors::context_of(asked.registers);
  ept_word all = context.present;
  for (int level = asked.level; level >= static_cast<int>(vector.expected.outcome.level); --level)
    all &= asked.entries.at(static_cast<std::size_t>(asked.level - level));
  return all != context.present;
}

// What nothing forbids has no rule of its own: the place is that of what the vector tries.
void add_result(Places& to, const vectors::Vector& vector) {
  const vectors::Expected& expected = vector.expected;
  const ept_outcome& outcome = expected.outcome;
  switch (vector.asked.question) {
    case vectors::Question::eptp: add_bits(to, ept_eptp_rule_names, expected.eptp_rules); break;
    case vectors::Question::entry:
      if (expected.classification.kind == EPT_NOT_PRESENT) add(to, EPT_CITE_PRESENT);
      add_misconfiguration(to, format_of(vector), expected.classification.rules, expected.classification.reserved_bits);
      break;
    case vectors::Question::walk:
      if (outcome.result == EPT_SUB_PAGE_CHECK) add(to, EPT_CITE_SUB_PAGE_CHECK);
      if (outcome.result == EPT_VIOLATION) add_bits(to, ept_violation_names, outcome.rules);
      if (outcome.result == EPT_MISCONFIGURATION)
        add_misconfiguration(to, format_of(vector), outcome.rules, outcome.reserved_bits);
      break;
    case vectors::Question::sub_page: add_bits(to, ept_sub_page_rule_names, outcome.rules); break;
    case vectors::Question::check:
      for (const ept_check_rule_name* const rule : vectors::broken_rules(vector.asked, expected)) add(to, rule->cite);
      break;
  }
}

// Of a member of an outcome: where its bits are, or the field of the entry that it comes from, or it.
void add_member(Places& to, const std::string& format, const ept_outcome_member& member, const Deviation& one) {
  if (member.kind == EPT_MEMBER_BITS && one.bit)
    return add_bits(to, names_of_bits(member.member), ept_word{1} << *one.bit);
  if (member.kind == EPT_MEMBER_BITS) return add(to, member.cite_cleared);
  const std::string_view name = member.kind == EPT_MEMBER_ADDRESS ? "address" : member.name;
  for (const ept_field_name& field : ept_field_names) {
    if (name_of(field.format) == format && field.name == name) return add(to, field.cite);
  }
  add(to, member.cite);
}

// Both are refusals: which of them is a question of the order of checks.
bool is_of_order(const Deviation& one) {
  const auto refuses = [](std::uint64_t result) {
    return result == EPTSPEC_WALK_VIOLATION || result == EPTSPEC_WALK_MISCONFIGURATION;
  };
  return refuses(one.expected) && refuses(one.observed);
}

void add_deviation(Places& to, const vectors::Vector& vector, const Deviation& one) {
  const ept_word bits = one.bit ? ept_word{1} << *one.bit : ~ept_word{0};
  if (const ept_outcome_member* const member = member_of(one.field))
    return add_member(to, format_of(vector), *member, one);
  if (const ept_saved_fact* const fact = saved_of(one.field)) return add(to, fact->cite);
  switch (one.field) {
    case Field::result:
      add_result(to, vector);
      if (is_refused(vector, one)) add_bits(to, ept_violation_names, permission_rules(vector));
      if (is_of_order(one)) add(to, EPT_CITE_ORDER);
      if (one.observed == EPTSPEC_WALK_SUB_PAGE_CHECK) add(to, EPT_CITE_SUB_PAGE_CHECK);
      break;
    case Field::entry: add_bits(to, ept_flag_names, bits); break;
    case Field::number: add_result(to, vector); break;
  }
}

}  // namespace

bool is_of_field(const Cause& cause) {
  return cause.verdict == Verdict::fail && cause.deviation.field != Field::result;
}

// A field that is wrong is one cause, whichever rule decided on the access.
Cause cause_of(const vectors::Vector& vector, const Judgement& judgement) {
  if (judgement.verdict != Verdict::fail) {
    return {was_asked(judgement) ? rule_of(vector) : "",
            judgement.verdict,
            {},
            judgement.fate,
            judgement.reason,
            judgement.times};
  }
  const Deviation& first = judgement.deviations.front();
  if (first.field != Field::result) return {"", Verdict::fail, {first.field, 0, 0, first.bit, first.level}, {}, {}};
  const bool suspected = is_refused(vector, first) && denies_something(vector);
  const ept_word refused_by = suspected ? permission_rules(vector) : 0;
  const std::string rule = refused_by == 0 ? rule_of(vector) : names_of(ept_violation_names, refused_by);
  return {rule, Verdict::fail, of_walk(first), {}, {}};
}

bool is_alike(const Cause& one, const Cause& other) {
  if (is_of_field(one)) return is_of_field(other);
  Cause same_rule = other;
  same_rule.rule = one.rule;
  return one == same_rule;
}

std::vector<std::string> citations_of(const vectors::Vector& vector, const Judgement& judgement) {
  Places places;
  for (const Deviation& one : judgement.deviations) add_deviation(places, vector, one);
  if (places.empty()) add(places, vector.cite);
  return places;
}

}  // namespace harness
