// That the proof is about the headers' very text: this program is compiled with headers in which one digit was changed
// in ept_model.h (the reserved bits of a PDE that maps a page, one bit short) and one for each check in ept_controls.h
// (the size of an element of an MSR area, the end of the EPTP list, a type of INVEPT, a default1 control), and against
// the true specification the proof must fail.
#include <gtest/gtest.h>

#include <algorithm>

#include "model/proof/header_terms.h"
#include "model/proof/prove.h"
#include "tests/support/spec_under_test.h"

namespace {

TEST(WrongHeader, one_changed_digit_is_refuted_where_it_stands_and_in_walks_and_nowhere_else) {
  for (const model::Obligation& obligation : model::agreement_obligations(support::spec_under_test())) {
    const bool concerned = obligation.id == "walk" || obligation.id == "entry.2" || obligation.id == "step.2" ||
                           obligation.id == "outcome.misconfiguration.2" || obligation.id.starts_with("check.");
    const model::Proof proof = model::prove(support::spec_under_test(), obligation, {});
    EXPECT_EQ(proof.verdict, concerned ? model::Provability::refuted : model::Provability::proved)
        << obligation.id << "\n"
        << proof.explanation;
  }
}

}  // namespace
