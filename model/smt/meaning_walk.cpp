// The part of the constraints that is about accesses and walks; meaning.cpp has conditions and entries.
#include <stdexcept>

#include <fmt/format.h>

#include "model/smt/meaning.h"

namespace model {

namespace {

// Values of the terms `step` and `result`, in the order of the emitted header's enumerations.
constexpr std::uint64_t kStepTable = 0;
constexpr std::uint64_t kStepPage = 1;
constexpr std::uint64_t kStepViolation = 2;
constexpr std::uint64_t kStepMisconfiguration = 3;
constexpr std::uint64_t kTranslated = 0;
constexpr std::uint64_t kSubPageCheck = 1;
constexpr std::uint64_t kViolation = 2;
constexpr std::uint64_t kMisconfiguration = 3;

unsigned index(spec::WalkFact fact) { return static_cast<unsigned>(fact); }

}  // namespace

unsigned Meaning::table_bits() const { return spec_.levels.back().index.low; }

z3::expr Meaning::address_from(const z3::expr& entry, unsigned low) {
  const auto width = static_cast<unsigned>(spec_.max_maxphyaddr);
  return z3::concat(context_.bv_val(0, kWordBits - width), entry.extract(width - 1, low));
}

z3::expr Meaning::table_in(const z3::expr& entry) {
  return z3::concat(address_from(entry, table_bits()), context_.bv_val(0, table_bits()));
}

Progress Meaning::begin(int levels) {
  const z3::expr ones = word(context_, ~std::uint64_t{0});
  const z3::expr zero = word(context_, 0);
  return {levels, table_in(inputs_.eptp()), zero, ones, ones, zero, zero, zero};
}

z3::expr Meaning::entry_address(const Progress& progress, const z3::expr& gpa) {
  const z3::expr index = bits_of(level_of(progress.level).index, gpa);
  return z3::concat(progress.table.extract(63, 12), z3::concat(index, context_.bv_val(0, 3)));
}

Progress Meaning::use(const Progress& progress, const z3::expr& entry, bool maps_page) {
  Progress next = progress;
  const z3::expr here = word(context_, std::uint64_t{1} << progress.level);
  next.entry = entry;
  next.all = progress.all & entry;
  next.used = progress.used | here;
  if (maps_page) {
    next.page = here;
    return next;
  }
  next.nonleaf = progress.nonleaf & entry;
  next.table = table_in(entry);
  next.level = progress.level - 1;
  return next;
}

Terms Meaning::step(const Progress& progress, const z3::expr& entry) {
  const EntryState state = judge(progress.level, entry);
  const bool present_first = spec_.order.each_entry.front() == spec::WalkCheck::not_present;
  const z3::expr violation = present_first ? !state.present : !state.present && !state.misconfigured;
  const z3::expr misconfigured = present_first ? state.present && state.misconfigured : state.misconfigured;
  const Progress page = use(progress, entry, true);
  const Progress table = use(progress, entry, false);
  Progress ended = progress;
  ended.entry = entry;
  Progress broken = ended;
  broken.rules = state.rules;
  const auto terms = [&](std::uint64_t ending, const Progress& p) {
    Terms all = {{"step", word(context_, ending)}, {"level", word(context_, static_cast<std::uint64_t>(p.level))}};
    for (const auto& [name, member] : kProgressWords) all.push_back({name, p.*member});
    return all;
  };
  return choose(violation, terms(kStepViolation, ended),
                choose(misconfigured, terms(kStepMisconfiguration, broken),
                       choose(state.maps_page, terms(kStepPage, page), terms(kStepTable, table))));
}

Words Meaning::words_at(const Progress& progress, const z3::expr& access) {
  Words words = no_words();
  words[spec::Word::entry] = progress.entry;
  words[spec::Word::all] = progress.all;
  words[spec::Word::nonleaf] = progress.nonleaf;
  words[spec::Word::leaf] = progress.entry;
  words[spec::Word::access] = access;
  words[spec::Word::walk] = flag_bit(progress.page != word(context_, 0), index(spec::WalkFact::complete)) |
                            flag_bit(progress.page == word(context_, 2), index(spec::WalkFact::leaf_is_pte));
  return words;
}

z3::expr Meaning::permission_violations(const Words& words) {
  return set_of(spec_.violations, [&](const spec::Rule& rule) {
    return rule.stage == spec::ViolationStage::permissions ? holds(rule.when, words) : context_.bool_val(false);
  });
}

z3::expr Meaning::early_violations() {
  Words words = no_words();
  words[spec::Word::gpa] = inputs_.gpa;
  words[spec::Word::access] = inputs_.access;
  return set_of(spec_.violations, [&](const spec::Rule& rule) {
    return rule.stage == spec::ViolationStage::before_walk ? holds(rule.when, words) : context_.bool_val(false);
  });
}

// A field of an entry that maps a page; it has one place in all formats.
z3::expr Meaning::field_of(const char* id, const z3::expr& entry) {
  for (const spec::Format& format : spec_.formats) {
    for (const spec::Field& field : format.fields) {
      if (field.id != id) continue;
      const z3::expr value = bits_of(bits_at(field.bits), entry);
      return z3::zext(value, kWordBits - value.get_sort().bv_size());
    }
  }
  throw std::logic_error(fmt::format("no format has a field {}", id));
}

void Meaning::add_violation(Terms& terms, const Words& words, const z3::expr& is_violation) {
  z3::expr set = word(context_, 0);
  z3::expr defined = word(context_, 0);
  for (const spec::QualificationBit& bit : spec_.qualification) {
    set = set | flag_bit(holds(bit.set, words), bit.bit);
    const z3::expr undefined = bit.undefined ? holds(*bit.undefined, words) : context_.bool_val(false);
    defined = defined | flag_bit(!undefined, bit.bit);
  }
  const z3::expr zero = word(context_, 0);
  const z3::expr open = holds(spec_.convertible.undefined, words);
  const z3::expr convertible = !open && holds(spec_.convertible.when, words);
  terms.push_back({"qualification", z3::ite(is_violation, set & defined, zero)});
  terms.push_back({"qualification_defined", z3::ite(is_violation, defined, zero)});
  terms.push_back({"convertible", flag_bit(is_violation && convertible, 0)});
  terms.push_back({"convertible_defined", flag_bit(is_violation && !open, 0)});
}

// What depends on the result alone: inputs that are repeated, and what is cleared.
void Meaning::add_for_result(Terms& terms, const z3::expr& gpa) {
  const z3::expr result = value_of(terms, "result");
  const auto is_one_of = [&](std::uint64_t results) {
    z3::expr any = context_.bool_val(false);
    for (unsigned n = 0; n < spec_.results.size(); ++n) {
      if ((results >> n & 1) != 0) any = any || result == word(context_, n);
    }
    return any;
  };
  for (const spec::OutcomeMember& member : spec_.outcome) {
    if (member.kind == spec::MemberKind::input)
      terms.push_back({member.id, z3::ite(is_one_of(member.results), gpa, word(context_, 0))});
    for (Term& term : terms) {
      if (member.cleared == 0 || term.name != member.id + "_defined") continue;
      term.value = z3::ite(is_one_of(member.cleared), word(context_, ~std::uint64_t{0}), term.value);
    }
  }
}

void Meaning::add_flags(Terms& terms, const Progress& progress, const Words& words, const z3::expr& success,
                        const z3::expr& refused, const z3::expr& misconfigured) {
  for (const spec::Flag& flag : spec_.flags) {
    const z3::expr levels = flag.leaf_only ? progress.page : progress.used;
    const z3::expr zero = word(context_, 0);
    for (const auto& [effect, name] : {std::pair{spec::Effect::must, "must"}, {spec::Effect::may, "may"}}) {
      const z3::expr now = (context_.bool_val(flag.on_success == effect) && success) ||
                           (context_.bool_val(flag.on_violation == effect) && refused) ||
                           (context_.bool_val(flag.on_misconfiguration == effect) && misconfigured);
      terms.push_back({fmt::format("{}_{}", flag.id, name), z3::ite(now && holds(flag.when, words), levels, zero)});
    }
  }
}

Terms Meaning::conclude(const Progress& progress, Ending ending, const z3::expr& gpa, const z3::expr& access) {
  const z3::expr zero = word(context_, 0);
  Words words = words_at(progress, access);
  words[spec::Word::gpa] = gpa;
  EntryState state = progress.level > 0 ? judge(progress.level, progress.entry)
                                        : EntryState{context_.bool_val(false), context_.bool_val(false),
                                                     context_.bool_val(false), zero, zero};
  z3::expr rules = state.rules;
  z3::expr success = context_.bool_val(false);
  z3::expr sub_page = context_.bool_val(false);
  if (ending == Ending::page) {
    rules = permission_violations(words);
    success = rules == zero;
    const std::uint64_t only = std::uint64_t{1} << spec_.violations.at(spec_.sub_page_check.only).bit;
    sub_page = rules == word(context_, only) && holds(spec_.sub_page_check.when, words);
  } else if (ending == Ending::violation) {
    words[spec::Word::violation] = progress.rules;
    rules = progress.rules | set_of(spec_.violations, [&](const spec::Rule& rule) {
              return context_.bool_val(progress.level > 0 && rule.stage == spec::ViolationStage::entry);
            });
  }
  const z3::expr misconfigured = context_.bool_val(ending == Ending::misconfiguration);
  const z3::expr violation = !misconfigured && !success && !sub_page;
  words[spec::Word::violation] = z3::ite(violation, rules, zero);
  const z3::expr reached = success || sub_page;
  const unsigned offset_bits = progress.level > 0 ? level_of(progress.level).index.low : table_bits();
  const z3::expr page_address = z3::concat(address_from(progress.entry, offset_bits), gpa.extract(offset_bits - 1, 0));
  Terms terms = {
      {"result", z3::ite(misconfigured, word(context_, kMisconfiguration),
                         z3::ite(success, word(context_, kTranslated),
                                 z3::ite(sub_page, word(context_, kSubPageCheck), word(context_, kViolation))))},
      {"level", word(context_, static_cast<std::uint64_t>(progress.level))},
      {"host_physical_address", z3::ite(reached, page_address, zero)},
      {"memory_type", z3::ite(reached, field_of("memory_type", progress.entry), zero)},
      {"ignore_pat", z3::ite(reached, field_of("ignore_pat", progress.entry), zero)},
      {"rules", z3::ite(reached, zero, rules)},
      {"reserved_bits", z3::ite(misconfigured, state.reserved_bits, zero)},
  };
  add_violation(terms, words, violation);
  add_for_result(terms, gpa);
  for (const char* name : {"sub_page_qualification", "sub_page_qualification_defined"}) terms.push_back({name, zero});
  add_flags(terms, progress, words, success, violation || sub_page, misconfigured);
  return terms;
}

Terms Meaning::choose(const z3::expr& condition, const Terms& yes, const Terms& no) {
  Terms terms;
  for (const Term& term : yes) terms.push_back({term.name, z3::ite(condition, term.value, value_of(no, term.name))});
  return terms;
}

Terms Meaning::walk_from(const Progress& progress, const std::vector<Term>& addresses) {
  std::vector<Term> read = addresses;
  for (Term& address : read) {
    if (address.name == fmt::format("address_{}", progress.level)) address.value = entry_address(progress, inputs_.gpa);
  }
  const auto ended = [&](const Progress& at, Ending ending) {
    Terms terms = conclude(at, ending, inputs_.gpa, inputs_.access);
    terms.insert(terms.end(), read.begin(), read.end());
    return terms;
  };
  const z3::expr& entry = inputs_.entry(progress.level);
  Progress here = progress;
  here.entry = entry;
  const z3::expr step_taken = value_of(step(progress, entry), "step");
  const Terms page = ended(use(progress, entry, true), Ending::page);
  const Terms below = progress.level > 1 ? walk_from(use(progress, entry, false), read) : page;
  return choose(step_taken == word(context_, kStepViolation), ended(here, Ending::violation),
                choose(step_taken == word(context_, kStepMisconfiguration), ended(here, Ending::misconfiguration),
                       choose(step_taken == word(context_, kStepPage), page, below)));
}

Terms Meaning::walk() {
  std::vector<Term> addresses;
  for (int level = 5; level >= 1; --level) addresses.push_back({fmt::format("address_{}", level), word(context_, 0)});
  const z3::expr early = early_violations();
  Progress none = begin(0);
  none.rules = early;
  Terms refused = conclude(none, Ending::violation, inputs_.gpa, inputs_.access);
  refused.insert(refused.end(), addresses.begin(), addresses.end());
  const Terms walked = choose(five_levels(), walk_from(begin(5), addresses), walk_from(begin(4), addresses));
  return choose(early != word(context_, 0), refused, walked);
}

}  // namespace model
