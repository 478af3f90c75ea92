#include "vectors/format/vector.h"

#include <cstddef>

namespace vectors {

namespace {

struct InOrder {
  const std::vector<ept_word>* entries;
  std::size_t next = 0;
};

ept_word read_in_order(void* memory, ept_word /*address*/) {
  auto& from = *static_cast<InOrder*>(memory);
  return from.entries->at(from.next++);
}

}  // namespace

bool is_of_processor(const ept_configuration& a, const ept_configuration& b) {
  return a.maxphyaddr == b.maxphyaddr && a.capability == b.capability && a.parameters == b.parameters;
}

bool tables_are_apart(const Case& asked) {
  for (std::size_t n = 1; n < asked.entries.size(); ++n) {
    for (std::size_t m = 0; m < n; ++m) {
      if (table_of(asked, n) == table_of(asked, m)) return false;
    }
  }
  return true;
}

Expected expected_of(const Case& asked) {
  Expected expected;
  if (asked.question == Question::eptp) {
    expected.eptp_rules = ept_check_eptp(&asked.configuration, asked.eptp);
    return expected;
  }
  ept_context context;
  ept_prepare(&asked.configuration, asked.eptp, &context);
  if (asked.question == Question::entry) {
    expected.classification = ept_classify(&context, asked.level, asked.entries.at(0));
    return expected;
  }
  InOrder memory{&asked.entries};
  expected.outcome = ept_walk(&context, asked.guest_physical_address, asked.access, read_in_order, &memory);
  return expected;
}

}  // namespace vectors
