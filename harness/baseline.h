// Known deviations of a target: each with a reason, a link and an expiry. A baseline never hides anything: what it
// names is counted as known, and it fails the run when it no longer fits. Tests: tests/harness/files_test.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/judge.h"

namespace harness {

struct KnownDeviation {
  std::string reason;
  std::string link;
  std::string expires;               // the last day on which it counts, YYYY-MM-DD
  std::vector<std::string> vectors;  // ids
};

// Reads {"deviations": [{"reason", "link", "expires", "vectors": [id, ...]}]}. Mistakes go to `errors`, one line each.
std::vector<KnownDeviation> read_baseline(const std::string& path, std::vector<std::string>& errors);

// What the baseline says of a run.
struct Assessment {
  std::vector<const KnownDeviation*> known;  // for each vector: the entry that explains its fail or error, or null
  std::vector<std::string> problems;         // unexpected passes, unknown ids, expired entries
};

// vectors are those that were run; all_ids, sorted, those that exist, so that a filter makes no id unknown.
Assessment assess(const std::vector<KnownDeviation>& baseline, const std::vector<vectors::Vector>& vectors,
                  const std::vector<Judgement>& judgements, const std::vector<std::string>& all_ids,
                  const std::string& today);

}  // namespace harness
