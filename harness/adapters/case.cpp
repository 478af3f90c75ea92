#include "harness/adapters/case.h"

#include <type_traits>

namespace harness {

std::string bytes_of(const PutCase& put) {
  static_assert(std::has_unique_object_representations_v<eptspec_case>);
  eptspec_case one = abi_case(put);
  one.words = nullptr;
  std::string bytes(reinterpret_cast<const char*>(&one), sizeof one);
  return bytes.append(reinterpret_cast<const char*>(put.words.data()), put.words.size() * sizeof(eptspec_word));
}

}  // namespace harness
