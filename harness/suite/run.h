// Runs vectors against a target and judges the answers. Owns batches and threads; knows no report and no journal.
// Tests: tests/harness/report/report_test.cpp.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "harness/judge/judge.h"

namespace harness {

// Opens an adapter for one worker; called from several threads.
using OpenAdapter = std::function<std::unique_ptr<Adapter>()>;

// Called with the indices first..first+count-1 that have just been judged; never at the same time twice.
using Judged = std::function<void(std::span<const std::size_t> indices)>;

// vectors[n] has judgements[n]; those without a value are put to the target, in `jobs` workers at once, each at most
// `batch` at a time. Which worker gets which vector is left to chance, the judgements are not.
void run_vectors(const OpenAdapter& open, std::size_t batch, unsigned jobs, const std::vector<vectors::Vector>& vectors,
                 std::vector<std::optional<Judgement>>& judgements, const Judged& judged);

}  // namespace harness
