// A vector: one case for an implementation of EPT, and the answer that the manual demands. Plain values in the
// vocabulary of the emitted model (ept_model.h); knows neither YAML nor Z3, so that the harness can include it. Tests:
// tests/vectors.
#pragma once

#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "ept_model.h"
#include "ept_registers.h"

namespace vectors {

// What is asked of the implementation.
enum class Question {
  eptp,      // does VM entry accept this EPTP
  entry,     // what is this entry of a level: not present, misconfigured, a table, a page
  walk,      // what happens to this access
  sub_page,  // what the sub-page permission table says of this write
  check,     // does this check of registers accept them
};

constexpr bool has_outcome(Question question) { return question == Question::walk || question == Question::sub_page; }

constexpr int kSubPageLevels = 4;

struct Case {
  Question question = Question::walk;
  ept_check_id check = EPT_CHECK_EPTP;  // of a check
  // The processor and what it is given. What the question does not depend on is 0: a walk depends on few registers
  // (ept_configuration_registers and the EPTP), a check on all.
  ept_registers registers{};
  int level = 0;  // of the first entry: 4 or 5 for a walk, 5 to 1 for an entry, 0 for an EPTP or a check
  // One for an entry; for a walk from the root down, as many as the walk can read, and likewise for a sub-page check,
  // to which a walk comes that is no part of the case.
  std::vector<ept_word> entries = {};
  ept_word guest_physical_address = 0;
  ept_word access = 0;  // EPT_ACCESS_..., of a walk or a sub-page check
};

// What the manual says; which member counts depends on the question. Bits that it leaves undefined and flags that may
// be set are told by the members of ept_outcome themselves.
struct Expected {
  ept_word eptp_rules = 0;  // EPT_RULE_EPTP_..., 0 when accepted
  ept_classification classification{};
  ept_outcome outcome{};
  ept_check_result check{};
};

// Every member counts, and no byte is none: so the bytes are compared.
template <typename Value>
bool same(const Value& a, const Value& b) {
  static_assert(std::has_unique_object_representations_v<Value>);
  return std::memcmp(&a, &b, sizeof a) == 0;
}

// What the model of a walk takes of registers, and what it says of them.
ept_configuration configuration_of(const ept_registers& registers);
ept_context context_of(const ept_registers& registers);
ept_word conditions_of(const ept_registers& registers);  // EPT_CONDITION_...
ept_word eptp_rules_of(const ept_registers& registers);  // EPT_RULE_EPTP_..., those that the EPTP breaks

// Whether both have the same width, capability and parameters.
bool is_of_processor(const ept_registers& a, const ept_registers& b);

struct Vector {
  std::string id;       // hash of the case (identity.h), so equal in two profiles when the case is
  std::string profile;  // id of the profile whose configuration (with some controls off) this is
  Case asked;
  Expected expected;
  std::vector<std::string>
      goals;              // why it exists: "cell/pde_2m/reserved_bit/bit_13", "neighbour/…", "twin/…", "walk/…"
  std::string cite;       // where the manual says it
  std::string neighbour;  // of a vector that breaks one rule: id of its nearest legal neighbour, or empty
  std::string twin;       // id of the same bits in an entry that is not present, or empty
};

// The physical address of the table that entry `n` of a walk, counted from the root down, is read from; and of the
// entry.
inline ept_word table_of(const Case& asked, std::size_t n) {
  const ept_word root =
      asked.question == Question::sub_page ? asked.registers.sub_page_table_pointer : asked.registers.eptp;
  return (n == 0 ? root : asked.entries[n - 1]) & EPT_ENTRY_ADDRESS;
}
inline ept_word address_of(const Case& asked, std::size_t n) {
  const int low = ept_index_low(asked.level - static_cast<int>(n));
  return table_of(asked, n) | (asked.guest_physical_address >> low & 0x1ff) << 3;
}

// Whether no two of the tables are one, also below the entry that ends the walk. Only then can every memory hold the
// entries.
bool tables_are_apart(const Case& asked);

// A walk with the configuration, EPTP, address and access of a sub-page check that comes to it where some walk can. Its
// tables lie apart from those of the check.
Case walk_to_sub_page_check(const Case& asked);
bool reaches_sub_page_check(const Case& asked);

// The answer of the reference model, which is proved equal to the constraints. The entries of a walk are read in order,
// whatever addresses they name: table n of the walk is where entry n-1 points.
Expected expected_of(const Case& asked);

}  // namespace vectors
