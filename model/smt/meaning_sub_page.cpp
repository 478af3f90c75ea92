// The part of the constraints that is about the sub-page permission table.
#include <algorithm>

#include <fmt/format.h>

#include "model/smt/meaning.h"

namespace model {

z3::expr Meaning::sub_page_rules(const spec::Level& level, const z3::expr& entry) {
  Words words = no_words();
  words[spec::Word::sub_page] = entry;
  const std::size_t format = level.formats.front();
  return set_of(spec_.sub_page.rules, [&](const spec::Rule& rule) {
    const bool concerned = std::ranges::find(rule.formats, format) != rule.formats.end();
    return concerned ? holds(rule.when, words, &spec_.sub_page.formats.at(format)) : context_.bool_val(false);
  });
}

z3::expr Meaning::sub_page_reserved(const spec::Level& level, const z3::expr& entry) {
  const spec::Format& format = spec_.sub_page.formats.at(level.formats.front());
  return entry &
         (mask_of_kind(format, spec::FieldKind::reserved) | mask_of_kind(format, spec::FieldKind::beyond_maxphyaddr));
}

// Of the first of the rules that is among these.
z3::expr Meaning::result_of(const z3::expr& rules) {
  z3::expr result = word(context_, 0);
  const auto& list = spec_.sub_page.rules;
  for (std::size_t n = list.size(); n-- > 0;) {
    const z3::expr broken = (rules & word(context_, std::uint64_t{1} << list[n].bit)) != word(context_, 0);
    result = z3::ite(broken, word(context_, list[n].result), result);
  }
  return result;
}

z3::expr Meaning::decision(const z3::expr& vector) {
  const spec::SubPagePermission& permission = spec_.sub_page.permission;
  const z3::expr index = bits_of(permission.index, inputs_.gpa);
  const z3::expr part = z3::zext(index, kWordBits - index.get_sort().bv_size());
  const z3::expr bit = word(context_, permission.first) + part * word(context_, permission.step);
  const z3::expr allowed = (z3::lshr(vector, bit) & word(context_, 1)) == word(context_, 1);
  return z3::ite(allowed, word(context_, permission.allowed), word(context_, permission.refused));
}

void Meaning::add_sub_page_qualification(Terms& terms, const z3::expr& result, const z3::expr& exits) {
  Words words = no_words();
  words[spec::Word::access] = inputs_.access;
  words[spec::Word::ended] = z3::shl(word(context_, 1), result);
  const z3::expr zero = word(context_, 0);
  z3::expr set = zero;
  z3::expr defined = zero;
  for (const spec::QualificationBit& bit : spec_.sub_page.qualification) {
    const z3::expr undefined = bit.undefined ? holds(*bit.undefined, words) : context_.bool_val(false);
    set = set | flag_bit(holds(bit.set, words), bit.bit);
    defined = defined | flag_bit(!undefined, bit.bit);
  }
  terms.push_back({"sub_page_qualification", z3::ite(exits, set & defined, zero)});
  terms.push_back({"sub_page_qualification_defined", z3::ite(exits, defined, zero)});
}

// What has been found when the check ends at the entry of a level. Members that the check does not have are 0.
Terms Meaning::sub_page_ended(const spec::Level& level) {
  const z3::expr& entry = inputs_.entry(level.level);
  const z3::expr zero = word(context_, 0);
  const z3::expr rules = sub_page_rules(level, entry);
  const z3::expr exits = rules != zero;
  const z3::expr result = z3::ite(exits, result_of(rules), decision(entry));
  const std::uint64_t with_reserved = find_id(spec_.outcome, "reserved_bits")->results;
  const z3::expr has_reserved =
      exits && (z3::lshr(word(context_, with_reserved), result) & word(context_, 1)) == word(context_, 1);
  Terms terms = {{"result", result},
                 {"level", word(context_, static_cast<std::uint64_t>(level.level))},
                 {"rules", rules},
                 {"reserved_bits", z3::ite(has_reserved, sub_page_reserved(level, entry), zero)}};
  add_sub_page_qualification(terms, result, exits);
  const auto add_missing = [&](const std::string& name) {
    if (std::ranges::find(terms, name, &Term::name) == terms.end()) terms.push_back({name, zero});
  };
  for (const spec::OutcomeMember& member : spec_.outcome) {
    add_missing(member.id);
    if (!member.defined.empty()) add_missing(member.id + "_defined");
  }
  for (const spec::Flag& flag : spec_.flags) {
    for (const char* name : {"must", "may"}) add_missing(fmt::format("{}_{}", flag.id, name));
  }
  return terms;
}

Terms Meaning::sub_page_check() {
  const std::vector<spec::Level>& levels = spec_.sub_page.levels;
  const z3::expr zero = word(context_, 0);
  std::vector<z3::expr> addresses;
  z3::expr table = table_in(inputs_.sub_page_pointer());
  for (const spec::Level& level : levels) {
    const z3::expr index = bits_of(level.index, inputs_.gpa);
    addresses.push_back(table + z3::shl(z3::zext(index, kWordBits - index.get_sort().bv_size()), word(context_, 3)));
    table = table_in(inputs_.entry(level.level));
  }
  // From the end: a check that goes on below has read what lies above.
  Terms found;
  for (std::size_t n = levels.size(); n-- > 0;) {
    Terms here = sub_page_ended(levels[n]);
    for (std::size_t m = 0; m < levels.size(); ++m)
      here.push_back({fmt::format("address_{}", levels[m].level), m <= n ? addresses[m] : zero});
    const z3::expr ends = sub_page_rules(levels[n], inputs_.entry(levels[n].level)) != zero;
    found = found.empty() ? here : choose(ends, here, found);
  }
  return found;
}

}  // namespace model
