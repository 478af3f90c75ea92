#include "harness/judge/cause.h"

#include <algorithm>
#include <string_view>

#include "harness/judge/draw.h"
#include "harness/support/names.h"

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
  }
}

// Of a member of an outcome: where its bits are, or the field of the entry that it comes from, or it.
void add_member(Places& to, const std::string& format, const ept_outcome_member& member, ept_word bits) {
  if (member.kind == EPT_MEMBER_BITS) return add_bits(to, ept_qualification_names, bits);
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
    return add_member(to, format_of(vector), *member, bits);
  switch (one.field) {
    case Field::result:
      add_result(to, vector);
      if (is_of_order(one)) add(to, EPT_CITE_ORDER);
      if (one.observed == EPTSPEC_WALK_SUB_PAGE_CHECK) add(to, EPT_CITE_SUB_PAGE_CHECK);
      break;
    case Field::entry: add_bits(to, ept_flag_names, bits); break;
    case Field::guest_linear_address:
      add_bits(to, ept_qualification_names, EPT_QUALIFICATION_LINEAR_ADDRESS_VALID);
      break;
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
  return {rule_of(vector), Verdict::fail, of_walk(first), {}, {}};
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
