#include "vectors/format/vector.h"

#include <cstddef>

#include "ept_controls.h"

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

ept_configuration configuration_of(const ept_registers& registers) { return ept_configuration_of(&registers); }

ept_context context_of(const ept_registers& registers) {
  const ept_configuration configuration = configuration_of(registers);
  ept_context context;
  ept_prepare(&configuration, registers.eptp, &context);
  return context;
}

ept_word conditions_of(const ept_registers& registers) {
  const ept_configuration configuration = configuration_of(registers);
  return ept_conditions(&configuration, registers.eptp);
}

ept_word eptp_rules_of(const ept_registers& registers) {
  const ept_configuration configuration = configuration_of(registers);
  return ept_check_eptp(&configuration, registers.eptp);
}

bool is_of_processor(const ept_registers& a, const ept_registers& b) {
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

Case walk_to_sub_page_check(const Case& asked) {
  constexpr ept_word kPage = 0x40000000 | 6U << 3 | EPT_ENTRY_READ | EPT_ENTRY_SUB_PAGE_WRITE;
  constexpr ept_word kAll = EPT_ENTRY_READ | EPT_ENTRY_WRITE | EPT_ENTRY_EXECUTE;
  ept_word table = 0;
  const auto next_table = [&] {
    const auto is_taken = [&](std::size_t n) { return n < asked.entries.size() && table_of(asked, n) == table; };
    do table += 0x1000;
    while (is_taken(0) || is_taken(1) || is_taken(2) || is_taken(3));
    return table;
  };
  Case walk = asked;
  walk.question = Question::walk;
  walk.level = (conditions_of(asked.registers) & EPT_CONDITION_FIVE_LEVEL_WALK) != 0 ? 5 : 4;
  walk.registers.eptp = (asked.registers.eptp & ~EPT_ENTRY_ADDRESS) | next_table();
  walk.registers.sub_page_table_pointer = 0;
  walk.entries.clear();
  for (int level = walk.level; level > 1; --level) walk.entries.push_back(next_table() | kAll);
  walk.entries.push_back(kPage);
  return walk;
}

bool reaches_sub_page_check(const Case& asked) {
  const Case walk = walk_to_sub_page_check(asked);
  return eptp_rules_of(walk.registers) == 0 && expected_of(walk).outcome.result == EPT_SUB_PAGE_CHECK;
}

Expected expected_of(const Case& asked) {
  Expected expected;
  if (asked.question == Question::eptp) {
    expected.eptp_rules = eptp_rules_of(asked.registers);
    return expected;
  }
  if (asked.question == Question::check) {
    expected.check = ept_check(asked.check, &asked.registers);
    return expected;
  }
  if (asked.question == Question::entry) {
    const ept_context context = context_of(asked.registers);
    expected.classification = ept_classify(&context, asked.level, asked.entries.at(0));
    return expected;
  }
  InOrder memory{&asked.entries};
  if (asked.question == Question::sub_page) {
    const ept_configuration configuration = configuration_of(asked.registers);
    expected.outcome = ept_check_sub_page(&configuration, asked.registers.eptp, asked.registers.sub_page_table_pointer,
                                          asked.guest_physical_address, asked.access, read_in_order, &memory);
    return expected;
  }
  const ept_context context = context_of(asked.registers);
  expected.outcome = ept_walk(&context, asked.guest_physical_address, asked.access, read_in_order, &memory);
  return expected;
}

}  // namespace vectors
