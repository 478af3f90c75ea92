// Puts vectors to a target and judges what comes back. Owns batches and threads; knows no report and no journal.
// Tests: tests/harness/report_test.cpp.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/judge.h"

namespace harness {

// Called with the indices first..first+count-1 that have just been judged; never at the same time twice.
using Judged = std::function<void(std::span<const std::size_t> indices)>;

// vectors[n] has judgements[n]; those without a value are put to the target, in `jobs` workers at once. Which worker
// gets which vector is left to chance, the judgements are not.
void run_vectors(const std::string& target, const AdapterOptions& options, unsigned jobs,
                 const std::vector<vectors::Vector>& vectors, std::vector<std::optional<Judgement>>& judgements,
                 const Judged& judged);

}  // namespace harness
