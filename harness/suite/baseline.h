// Known deviations of a target: each a root cause with a reason, the manual's citation, a link and an expiry. A
// baseline never hides anything: what it names is counted as known, and it fails the run when it no longer fits. Tests:
// tests/harness/suite/baseline_test.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/judge/judge.h"

namespace harness {

// What an entry explains: deviations, or errors.
struct Explained {
  DeviationPattern deviation = {};
  std::optional<Fate> fate = {};
  std::string reason = {};  // text in that of the error
  [[nodiscard]] bool is_of_error() const { return !deviation.field; }
};

// Names its vectors, or selects them by a filter, so that other vectors need no other entry.
struct KnownDeviation {
  std::string reason;
  std::string cite;  // where the manual says otherwise
  std::string link;
  std::string expires;                    // the last day on which it counts, YYYY-MM-DD
  std::vector<std::string> vectors = {};  // ids
  std::string filter = {};                // as harness/suite/selection.h says
  std::vector<Explained> explains = {};   // with a filter: any of these; empty: whatever deviates
  std::vector<std::string> targets = {};  // those that the entry is about, NAME on all paths or NAME/PATH; empty: all
};

// Whether the text is a day that there is, YYYY-MM-DD.
bool is_day(std::string_view text);

// Reads what baseline.schema.json describes. Mistakes go to `errors`, one line each.
std::vector<KnownDeviation> read_baseline(const std::string& path, std::vector<std::string>& errors);

// What the baseline says of a run.
struct Assessment {
  // Of each vector that does not pass: the entries that together explain all that deviates; none when something is
  // left.
  std::vector<std::vector<const KnownDeviation*>> known;
  std::vector<std::string> problems;  // unexpected passes, unknown ids, expired entries, filters without effect
  // Entries that expire within 60 days; those that have expired too, unless that is a problem. They fail no run.
  std::vector<std::string> warnings = {};
};

// The reasons of entries, one after the other.
std::string reasons_of(const std::vector<const KnownDeviation*>& entries);

// Of what was run.
struct Scope {
  std::vector<std::string> target_names;  // each as an entry may name the target
  std::vector<std::string> all_ids;       // sorted, those that exist, so that a filter makes no id unknown
  // All vectors that the baseline is about: each filter must explain some, unless the target could make none of those
  // that it selects.
  bool whole = false;
  // An expired entry is a problem and explains nothing; otherwise it still explains, with a warning, so that an old
  // checkout does not fail because a day has passed.
  bool expiry_fails = true;
};

// vectors are those that were run. today: YYYY-MM-DD.
Assessment assess(const std::vector<KnownDeviation>& baseline, const std::vector<vectors::Vector>& vectors,
                  const std::vector<Judgement>& judgements, const Scope& scope, const std::string& today);

}  // namespace harness
