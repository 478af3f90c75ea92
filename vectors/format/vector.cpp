#include "vectors/format/vector.h"

#include <cstddef>
#include <set>

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

std::vector<ept_word> tables_of(const Case& asked) {
  std::vector<ept_word> tables = {asked.eptp & EPT_ENTRY_ADDRESS};
  for (std::size_t i = 0; i + 1 < asked.entries.size(); ++i) tables.push_back(asked.entries[i] & EPT_ENTRY_ADDRESS);
  return tables;
}

bool tables_are_apart(const Case& asked) {
  const std::vector<ept_word> tables = tables_of(asked);
  return std::set(tables.begin(), tables.end()).size() == tables.size();
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
