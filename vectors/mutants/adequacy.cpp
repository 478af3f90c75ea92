#include "vectors/mutants/adequacy.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <set>
#include <string_view>

#include "vectors/generate/parallel.h"
#include "vectors/mutants/equivalence.h"

namespace vectors {

namespace {

model::Circumstances circumstances_of(const Case& asked, std::size_t registers) {
  ept_registers from = asked.registers;
  model::Circumstances machine{static_cast<int>(from.maxphyaddr), std::vector<std::uint64_t>(registers)};
  for (const ept_register number : ept_configuration_registers)
    machine.registers[number] = *ept_register_word(&from, number);
  machine.registers[EPT_REGISTER_EPTP] = asked.registers.eptp;
  machine.registers[EPT_REGISTER_SUB_PAGE_TABLE_POINTER] = asked.registers.sub_page_table_pointer;
  return machine;
}

// Where the entries of a walk lie, from the root down.
std::array<ept_word, 5> addresses_of(const Case& asked) {
  std::array<ept_word, 5> addresses{};
  for (std::size_t n = 0; n < asked.entries.size(); ++n) addresses.at(n) = address_of(asked, n);
  return addresses;
}

ept_word read_word(const Case& asked, const std::array<ept_word, 5>& addresses, ept_word address) {
  for (std::size_t n = 0; n < asked.entries.size(); ++n) {
    if (addresses[n] == address) return asked.entries[n];
  }
  return 0;
}

// The flag that a set of levels is about; 0 of other members.
ept_word flag_of(const ept_outcome_member& member, const spec::Spec& spec) {
  if (member.flag == 0) return 0;
  const std::string_view name = member.name;
  for (const spec::Flag& flag : spec.flags) {
    if (name.starts_with(flag.id) && name.substr(flag.id.size()).starts_with('_')) return mask_of(flag.bits);
  }
  return 0;
}

// Of the outcome that a specification says; without one, of the specification that the header is emitted from.
Answer answer_of(const ept_outcome& outcome, const spec::Spec* spec) {
  Answer answer;
  answer.result = outcome.result;
  for (const ept_outcome_member& one : ept_outcome_members) {
    if (!one.reported) continue;
    const bool masked = ept_outcome_members[one.partner].kind == EPT_MEMBER_DEFINED;
    ept_word& value = answer.shown.at(one.member);
    value = ept_outcome_get(&outcome, one.member);
    if (masked) value &= ept_outcome_get(&outcome, one.partner);
    if (value != 0) value |= (spec == nullptr ? one.flag : flag_of(one, *spec)) << 32;
  }
  return answer;
}

// As the interpreter has it from `spec`. The entries of a walk lie where the EPTP, the entries above and the address
// put them; the rest of the memory reads as 0. Throws std::logic_error where the specification says nothing.
Answer answer_by(const spec::Spec& spec, const model::Interpreter& interpreter, const Case& asked) {
  const model::Circumstances machine = circumstances_of(asked, spec.registers.size());
  if (asked.question == Question::eptp) return {interpreter.eptp_rules(machine) != 0 ? ept_word{1} : 0, {}};
  if (asked.question == Question::entry)
    return {static_cast<ept_word>(interpreter.classify(machine, asked.level, asked.entries.at(0)).kind), {}};
  const std::array addresses = addresses_of(asked);
  const auto read = [&](ept_word address) { return read_word(asked, addresses, address); };
  const ept_word gpa = asked.guest_physical_address;
  const model::Outcome from = asked.question == Question::sub_page
                                  ? interpreter.check_sub_page(machine, gpa, asked.access, read)
                                  : interpreter.walk(machine, gpa, asked.access, read);
  // Both have the members of the specification in its order; that they mean the same is what disagreements() finds out.
  return answer_of(std::bit_cast<ept_outcome>(from), &spec);
}

// What one thread needs. It tries the vectors that killed lately first, so that most mutants die early.
class Assessor {
 public:
  Assessor(const spec::Spec& spec, const std::vector<Trial>& trials) : spec_(spec), trials_(trials) {}

  Finding assess(const Mutant& mutant) {
    spec::Spec changed = spec_;
    mutant.change(changed);
    if (!every_entry_has_a_format(changed)) return {Fate::rejected};
    const model::Interpreter interpreter(changed, mutant.combine);
    if (const Trial* killer = killer_of(changed, interpreter)) return {Fate::killed, killer->id};
    if (mutant.combine != model::Combine::every)
      return {Fate::unknown, "", {}, "the solver cannot be asked about this walker"};
    return compare(changed, interpreter);
  }

 private:
  const Trial* killer_of(const spec::Spec& changed, const model::Interpreter& interpreter) {
    const auto kills = [&](const Trial& trial) {
      return answer_by(changed, interpreter, trial.asked) != trial.expected;
    };
    auto found = std::find_if(recent_.begin(), recent_.end(), [&](const Trial* trial) { return kills(*trial); });
    if (found != recent_.end()) {
      std::rotate(recent_.begin(), found, found + 1);
      return recent_.front();
    }
    const auto trial = std::find_if(trials_.begin(), trials_.end(), kills);
    if (trial == trials_.end()) return nullptr;
    recent_.insert(recent_.begin(), &*trial);
    return &*trial;
  }

  Finding compare(const spec::Spec& changed, const model::Interpreter& interpreter) {
    if (!compare_with_) compare_with_ = comparer(spec_);
    const Comparison found = compare_with_(changed);
    if (found.verdict == Comparison::Answer::equal) return {Fate::equivalent};
    if (found.verdict == Comparison::Answer::unknown) return {Fate::unknown, "", {}, found.reason};
    const Case& shows = *found.shows;
    if (answer_by(changed, interpreter, shows) == expected_answer(shows, expected_of(shows)))
      return {Fate::unknown, "", {shows}, "the interpreter sees no difference in the solver's case"};
    const std::string where = found.profile.empty() ? "no profile can show it" : "can be shown on " + found.profile;
    return {Fate::alive, "", {shows}, where};
  }

  const spec::Spec& spec_;
  const std::vector<Trial>& trials_;
  std::vector<const Trial*> recent_;
  std::function<Comparison(const spec::Spec&)> compare_with_;
};

}  // namespace

Answer expected_answer(const Case& asked, const Expected& expected) {
  if (asked.question == Question::eptp) return {expected.eptp_rules != 0 ? ept_word{1} : 0, {}};
  if (asked.question == Question::entry) return {expected.classification.kind, {}};
  return answer_of(expected.outcome, nullptr);
}

bool fits_memory(const Case& asked) {
  if (!has_outcome(asked.question)) return true;
  const std::array addresses = addresses_of(asked);
  bool fits = true;
  for (std::size_t n = 0; n < asked.entries.size(); ++n)
    fits = fits && read_word(asked, addresses, addresses.at(n)) == asked.entries[n];
  return fits;
}

const char* name_of(Fate fate) {
  constexpr std::array kNames = {"killed", "equivalent", "alive", "unknown", "rejected", "elsewhere"};
  static_assert(kNames.size() == kFates.size());
  return kNames.at(static_cast<std::size_t>(fate));
}

std::vector<Trial> trials_of(const std::vector<Vector>& vectors) {
  std::vector<Trial> trials;
  std::set<std::string> seen;
  for (const Vector& vector : vectors) {
    if (vector.asked.question == Question::check) continue;
    if (fits_memory(vector.asked) && seen.insert(vector.id).second)
      trials.push_back({vector.id, vector.asked, expected_answer(vector.asked, vector.expected)});
  }
  return trials;
}

std::vector<std::string> disagreements(const spec::Spec& spec, const std::vector<Trial>& trials) {
  const model::Interpreter interpreter(spec);
  std::vector<std::string> ids;
  for (const Trial& trial : trials) {
    if (answer_by(spec, interpreter, trial.asked) != trial.expected) ids.push_back(trial.id);
  }
  return ids;
}

std::vector<Finding> assess(const spec::Spec& spec, const Mutants& mutants, const std::vector<Trial>& trials) {
  std::vector<Finding> findings(mutants.size());
  in_parallel<Assessor>(
      mutants.size(), [&] { return std::make_unique<Assessor>(spec, trials); },
      [&](std::size_t i, Assessor& assessor) { findings[i] = assessor.assess(mutants[i]); });
  return findings;
}

Score score_of(const std::vector<Finding>& findings) {
  Score score;
  for (const Finding& finding : findings) {
    if (finding.fate == Fate::rejected || finding.fate == Fate::equivalent || finding.fate == Fate::elsewhere) continue;
    ++score.counted;
    if (finding.fate == Fate::killed) ++score.killed;
  }
  return score;
}

}  // namespace vectors
