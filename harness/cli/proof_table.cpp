#include "harness/cli/proof_table.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <fmt/format.h>

namespace cli {

std::size_t print_proofs(const spec::Spec& spec, const std::vector<model::Obligation>& obligations,
                         const model::ProveOptions& options) {
  std::size_t width = 0;
  for (const model::Obligation& obligation : obligations) width = std::max(width, obligation.id.size());
  std::size_t open = 0;
  const auto start = std::chrono::steady_clock::now();
  model::prove_all(spec, obligations, options, [&](const model::Proof& proof) {
    fmt::print("{:<{}}  {:<7}  {:7.3f} s  {}\n{}", proof.id, width, name_of(proof.verdict), proof.seconds, proof.text,
               proof.explanation);
    std::fflush(stdout);
    if (proof.verdict != model::Provability::proved) ++open;
  });
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  fmt::print("{} of {} obligations proved in {:.2f} s\n", obligations.size() - open, obligations.size(),
             elapsed.count());
  return open;
}

}  // namespace cli
