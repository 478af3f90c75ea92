#include "vectors/generate/meets.h"

#include <algorithm>
#include <stdexcept>

#include "spec/draw.h"
#include "spec/partial.h"
#include "vectors/format/names.h"

namespace vectors {

namespace {

using spec::Knowledge;
using spec::known;
using spec::Truth;
using Subject = Demand::Subject;

template <class Asked>  // Case or const Case
auto& entry_of(Asked& asked, int level) {
  return asked.entries.at(static_cast<std::size_t>(asked.level - level));
}

ept_classification classification_of(const Case& asked, int level) {
  const ept_context context = context_of(asked.registers);
  return ept_classify(&context, level, entry_of(asked, level));
}

Knowledge configuration_of(const Case& asked) {
  ept_registers has = asked.registers;
  Knowledge knowledge = {{kEptpWord, known(asked.registers.eptp)}};
  for (const ept_register number : ept_configuration_registers)
    knowledge.emplace(spec::word_of_register(number), known(*ept_register_word(&has, number)));
  return knowledge;
}

void add_words_at_end(Knowledge& knowledge, const Goal& goal, const Case& asked, const Expected& expected,
                      const Demand& demand) {
  if (asked.question == Question::eptp) return;
  const int last = goal.ending == Ending::before_walk ? 0 : goal.last;
  const int used = goal.ending == Ending::page ? last : last + 1;  // the lowest level of an entry that the walk used
  ept_word all = ~ept_word{0};
  ept_word nonleaf = ~ept_word{0};
  for (int level = asked.level; last > 0 && level >= used; --level) {
    all &= entry_of(asked, level);
    if (level > last) nonleaf &= entry_of(asked, level);
  }
  const ept_word leaf = last > 0 ? entry_of(asked, last) : 0;
  const ept_word violation = goal.ending == Ending::misconfigured ? 0 : expected.outcome.rules;
  knowledge.insert({{spec::Word::gpa, known(asked.guest_physical_address)},
                    {spec::Word::access, known(asked.access)},
                    {spec::Word::entry, known(demand.level > 0 ? entry_of(asked, demand.level) : leaf)},
                    {spec::Word::all, known(all)},
                    {spec::Word::nonleaf, known(nonleaf)},
                    {spec::Word::leaf, known(leaf)},
                    {spec::Word::walk, known(walk_facts(goal.ending, goal.last))},
                    {spec::Word::violation, known(violation)}});
}

ept_word condition(const spec::Spec& spec, const Goal& goal, const Case& asked, const Expected& expected,
                   const Demand& demand) {
  Knowledge knowledge = configuration_of(asked);
  if (demand.subject == Subject::at_end) add_words_at_end(knowledge, goal, asked, expected, demand);
  if (demand.subject == Subject::refuses) {
    const spec::Partial entry = known(entry_of(asked, demand.level));
    knowledge.insert({{spec::Word::access, known(asked.access)},
                      {spec::Word::entry, entry},
                      {spec::Word::all, entry},
                      {spec::Word::nonleaf, entry},
                      {spec::Word::leaf, entry}});
  }
  const auto width = static_cast<int>(asked.registers.maxphyaddr);
  spec::Kinds kinds = {{kEptpWord, kinds_of(register_of(spec, "eptp"), width)}};
  if (demand.level > 0) {
    const spec::Format& format = spec::format_of(spec, demand.level, entry_of(asked, demand.level));
    kinds.emplace(spec::Word::entry, kinds_of(format, width));
  }
  return judge(spec, *demand.condition, knowledge, kinds) == Truth::yes ? 1 : 0;
}

ept_word subject(const spec::Spec& spec, const Goal& goal, const Case& asked, const Expected& expected,
                 const Demand& demand) {
  switch (demand.subject) {
    case Subject::eptp: return asked.registers.eptp;
    case Subject::sub_page_table_pointer: return asked.registers.sub_page_table_pointer;
    case Subject::gpa: return asked.guest_physical_address;
    case Subject::access: return asked.access;
    case Subject::entry: return entry_of(asked, demand.level);
    case Subject::eptp_rules: return expected.eptp_rules;
    case Subject::kind: return classification_of(asked, demand.level).kind;
    case Subject::format: return classification_of(asked, demand.level).format;
    case Subject::entry_rules: return classification_of(asked, demand.level).rules;
    case Subject::reserved_bits: return classification_of(asked, demand.level).reserved_bits;
    case Subject::outcome:
      return demand.member == nullptr ? static_cast<ept_word>(expected.outcome.result)
                                      : ept_outcome_get(&expected.outcome, demand.member->member);
    case Subject::condition:
    case Subject::at_end:
    case Subject::refuses: return condition(spec, goal, asked, expected, demand);
  }
  throw std::logic_error("unknown subject");
}

bool ends_as(const Goal& goal, const ept_outcome& outcome) {
  switch (goal.ending) {
    case Ending::before_walk: return outcome.result == EPT_VIOLATION && outcome.level == 0;
    case Ending::not_present:
      return outcome.result == EPT_VIOLATION && outcome.level == goal.last &&
             outcome.rules == EPT_VIOLATION_ENTRY_NOT_PRESENT;
    case Ending::misconfigured: return outcome.result == EPT_MISCONFIGURATION && outcome.level == goal.last;
    case Ending::page:
      return outcome.result != EPT_MISCONFIGURATION && outcome.level == goal.last &&
             outcome.rules != EPT_VIOLATION_ENTRY_NOT_PRESENT;
  }
  return false;
}

bool demands_hold(const spec::Spec& spec, const Goal& goal, const Case& asked, const Expected& expected) {
  return std::all_of(goal.demands.begin(), goal.demands.end(), [&](const Demand& demand) {
    const ept_word masked = subject(spec, goal, asked, expected, demand) & demand.mask;
    return demand.any ? masked != 0 : masked == demand.value;
  });
}

// The attributes that tell the usual accesses apart come together as in one of them, the others as they like.
bool is_usual(const spec::Spec& spec, ept_word access) {
  ept_word all = 0;
  for (const spec::NamedBits& attribute : spec.attributes) all |= mask_of(attribute.bits);
  const ept_word mask = usual_attributes(spec);
  return (access & ~all) == 0 && std::any_of(spec.accesses.begin(), spec.accesses.end(), [&](const spec::Access& one) {
           return one.attributes == (access & mask);
         });
}

bool is_sane(const spec::Spec& spec, const Case& asked) {
  if (eptp_rules_of(asked.registers) != 0) return false;
  if (asked.question == Question::sub_page) {
    return reaches_sub_page_check(asked) && walk_to_sub_page_check(asked).level == kSubPageLevels &&
           tables_are_apart(asked) && is_usual(spec, asked.access) && asked.guest_physical_address >> 48 == 0;
  }
  const bool five = (conditions_of(asked.registers) & EPT_CONDITION_FIVE_LEVEL_WALK) != 0;
  return five == (asked.level == 5) && tables_are_apart(asked) && is_usual(spec, asked.access) &&
         asked.guest_physical_address >> spec.max_maxphyaddr == 0;
}

constexpr int kMostChanged = 4;

bool is_legal(const Case& asked, const ept_context& context, int level, ept_word word) {
  if (asked.question == Question::eptp) {
    ept_registers registers = asked.registers;
    registers.eptp = word;
    return eptp_rules_of(registers) == 0;
  }
  const ept_kind kind = ept_classify(&context, level, word).kind;
  return kind == EPT_TABLE || kind == EPT_PAGE;
}

// The next larger number with as many bits; 0 after the last one.
ept_word next_with_as_many_bits(ept_word number) {
  const ept_word low = number & (0 - number);
  const ept_word ripple = number + low;
  return ripple == 0 ? 0 : ripple | ((number ^ ripple) >> 2) / low;
}

}  // namespace

bool solves(const spec::Spec& spec, const Goal& goal, const Case& asked) {
  const bool eptp = goal.question == Question::eptp;
  if (!eptp && !is_sane(spec, asked)) return false;
  const Expected expected = expected_of(asked);
  const bool walks = !eptp && goal.question != Question::sub_page;
  return (!walks || ends_as(goal, expected.outcome)) && demands_hold(spec, goal, asked, expected);
}

bool meets(const spec::Spec& spec, const Goal& goal, const Vector& vector) {
  if (vector.asked.question != goal.question) return false;
  const bool walk = goal.question == Question::walk;
  if (walk && (vector.asked.level != goal.levels || !ends_as(goal, vector.expected.outcome))) return false;
  return demands_hold(spec, goal, vector.asked, vector.expected);
}

bool is_out_of_reach(const spec::Spec& spec, const Goal& goal, const spec::Profile& profile) {
  const ept_word walk_length = goal.levels == 5 ? EPT_CAPABILITY_WALK_LENGTH_5 : EPT_CAPABILITY_WALK_LENGTH_4;
  if (goal.question != Question::eptp && (profile.registers.at(EPT_REGISTER_CAPABILITY) & walk_length) == 0)
    return true;
  Knowledge knowledge;
  for (const ept_register number : ept_configuration_registers) {
    const ept_word value = profile.registers.at(number);
    const bool is_control = spec.registers.at(number).role == spec::Role::control;
    knowledge[spec::word_of_register(number)] = is_control ? spec::Partial{~value, 0} : known(value);
  }
  return std::any_of(goal.demands.begin(), goal.demands.end(), [&](const Demand& demand) {
    if (!demand.condition) return false;
    const Truth truth = judge(spec, *demand.condition, knowledge);
    return truth == (demand.value == 1 ? Truth::no : Truth::yes);
  });
}

bool is_of_open_order(const Case& asked) {
  if (asked.question != Question::walk || (asked.guest_physical_address & EPT_GPA_BITS_51_48) == 0) return false;
  Case narrow = asked;
  narrow.guest_physical_address &= ~ept_word{EPT_GPA_BITS_51_48};
  return expected_of(asked).outcome.level == 0 && expected_of(narrow).outcome.result == EPT_MISCONFIGURATION;
}

std::optional<Case> nearest_legal(const Case& asked, int level) {
  Case changed = asked;
  ept_word& word = asked.question == Question::eptp ? changed.registers.eptp : entry_of(changed, level);
  const ept_word start = word;
  const ept_context context = context_of(asked.registers);
  for (int bits = 1; bits <= kMostChanged; ++bits) {
    for (ept_word change = (ept_word{1} << bits) - 1; change != 0; change = next_with_as_many_bits(change)) {
      word = start ^ change;
      if (is_legal(asked, context, level, word) && tables_are_apart(changed)) return changed;
    }
  }
  return std::nullopt;
}

Case not_present_twin(const Case& asked, int level) {
  Case changed = asked;
  const ept_context context = context_of(asked.registers);
  entry_of(changed, level) &= ~context.present;
  return changed;
}

}  // namespace vectors
