// A case and its answer within eptspec: values that own their words of memory. Those of the ABI, which point to them,
// exist only where a library or the model is called. Tests: tests/harness/adapters/library_test.cpp.
#pragma once

#include <string>
#include <vector>

#include "harness/abi/eptspec_adapter.h"

namespace harness {

// The members of eptspec_case.
struct PutCase {
  std::uint64_t id = 0;
  std::uint32_t question = 0;
  std::uint32_t level = 0;
  std::uint32_t check = 0;
  ept_registers registers{};
  std::uint64_t guest_physical_address = 0;
  std::uint64_t access = 0;
  std::vector<eptspec_word> words{};
};

// Valid as long as the words are not changed in number.
inline eptspec_case abi_case(const PutCase& put) {
  return {put.id,
          put.question,
          put.level,
          put.check,
          static_cast<std::uint32_t>(put.words.size()),
          put.registers,
          put.guest_physical_address,
          put.access,
          put.words.data()};
}

// All that a case says: equal of equal cases, and the same in every run.
std::string bytes_of(const PutCase& put);

// The pointer of the same name is not used.
struct Answer : eptspec_answer {
  std::vector<std::uint64_t> words{};
};

}  // namespace harness
