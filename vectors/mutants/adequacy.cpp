#include "vectors/mutants/adequacy.h"

#include <algorithm>
#include <memory>
#include <set>

#include "vectors/generate/parallel.h"
#include "vectors/mutants/equivalence.h"

namespace vectors {

namespace {

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
    if (!equivalence_) equivalence_ = std::make_unique<Equivalence>(spec_);
    const Comparison found = equivalence_->compare(changed);
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
  std::unique_ptr<Equivalence> equivalence_;
};

}  // namespace

const char* name_of(Fate fate) {
  constexpr std::array kNames = {"killed", "equivalent", "alive", "unknown", "rejected"};
  static_assert(kNames.size() == kFates.size());
  return kNames.at(static_cast<std::size_t>(fate));
}

std::vector<Trial> trials_of(const std::vector<Vector>& vectors) {
  std::vector<Trial> trials;
  std::set<std::string> seen;
  for (const Vector& vector : vectors) {
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
    if (finding.fate == Fate::rejected || finding.fate == Fate::equivalent) continue;
    ++score.counted;
    if (finding.fate == Fate::killed) ++score.killed;
  }
  return score;
}

}  // namespace vectors
