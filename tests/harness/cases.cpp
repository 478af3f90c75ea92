#include "tests/harness/cases.h"

#include <array>

#include <fmt/format.h>

#include "harness/suite/builtin.h"
#include "tests/support/case.h"

namespace support {

namespace {

using vectors::Case;
using vectors::Question;
using vectors::Vector;

constexpr ept_word kRwx = 7;
constexpr ept_word kWriteBack = 6U << 3;
constexpr ept_word kPageSize = EPT_ENTRY_PAGE_SIZE;
constexpr ept_word kEptp = 0x1000 | 6 | 3U << 3;
constexpr ept_word kEptpWithFlags = kEptp | EPT_EPTP_ENABLE_ACCESSED_DIRTY;
constexpr ept_word kGpa = 0x4321;

constexpr ept_word table(unsigned n, ept_word rights = kRwx) { return 0x1000U + 0x1000U * n + rights; }

struct Start {
  int level;
  ept_word entry;
};
constexpr auto kStarts = std::to_array<Start>({{4, table(1)},
                                               {3, table(2)},
                                               {3, 0x40000000 | kPageSize | kWriteBack | kRwx},
                                               {2, table(3)},
                                               {2, 0x600000 | kPageSize | kWriteBack | kRwx},
                                               {1, 0x9000 | kWriteBack | kRwx}});

class List {
 public:
  std::string add(const Case& asked, const std::string& neighbour = "") {
    Vector vector;
    vector.id = fmt::format("v{:05}", all.size());
    vector.asked = asked;
    vector.expected = vectors::expected_of(asked);
    vector.neighbour = neighbour;
    all.push_back(vector);
    return vector.id;
  }

  std::vector<Vector> all;
};

void add_eptps(const ept_registers& with, List& list) {
  const std::string good = list.add(support::case_of(Question::eptp, with, kEptp, 0, {}, 0, 0));
  for (unsigned bit = 0; bit < 64; ++bit) {
    list.add(support::case_of(Question::eptp, with, kEptp ^ ept_word{1} << bit, 0, {}, 0, 0), good);
  }
}

void add_entries(const ept_registers& with, List& list) {
  for (const Start& start : kStarts) {
    const auto ask = [&](ept_word entry) {
      return support::case_of(Question::entry, with, kEptp, start.level, {entry}, 0, 0);
    };
    const std::string good = list.add(ask(start.entry));
    for (unsigned bit = 0; bit < 64; ++bit) list.add(ask(start.entry ^ ept_word{1} << bit), good);
    for (ept_word rights = 0; rights < 8; ++rights) {
      list.add(ask((start.entry & ~kRwx) | rights), good);
      list.add(ask((start.entry & ~kRwx) | rights | EPT_ENTRY_USER_EXECUTE), good);
    }
    for (ept_word type = 0; type < 8; ++type) list.add(ask((start.entry & ~EPT_ENTRY_MEMORY_TYPE) | type << 3), good);
  }
}

using Entries = std::vector<ept_word>;

void add_accesses(const ept_registers& with, const Entries& entries, ept_word gpa, List& list) {
  for (const ept_word eptp : {kEptp, kEptpWithFlags}) {
    for (const ept_word access :
         {ept_word{EPT_ACCESS_READ}, ept_word{EPT_ACCESS_WRITE}, ept_word{EPT_ACCESS_SUPERVISOR_FETCH},
          ept_word{EPT_ACCESS_USER_FETCH}, ept_word{EPT_ACCESS_GUEST_PAGING_STRUCTURE_READ}}) {
      list.add(support::case_of(Question::walk, with, eptp, 4, entries, gpa, access));
    }
  }
}

// Each of these by itself, and each with a PTE that is misconfigured below it.
void add_walks(const ept_registers& with, List& list) {
  const Entries good = {table(1), table(2), table(3), 0x9000 | kWriteBack | kRwx};
  const ept_word odd = 0x1ff000;
  add_accesses(with, good, kGpa, list);
  add_accesses(with, {table(1), table(2), 0x600000 | kPageSize | kWriteBack | kRwx}, odd + 0x123, list);
  add_accesses(with, {table(1), 0x40000000 | kPageSize | kWriteBack | kRwx}, odd + 0x123, list);
  add_accesses(with, good, kGpa | ept_word{1} << 48, list);
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const ept_word rights : {0U, 1U, 3U, 5U}) {
      Entries entries = good;
      entries[at] = (entries[at] & ~kRwx) | rights;
      add_accesses(with, entries, kGpa, list);
      entries[at] |= EPT_ENTRY_SUPPRESS_VE | EPT_ENTRY_USER_EXECUTE;
      add_accesses(with, entries, kGpa, list);
      if (at == 3) continue;
      entries[3] |= 7U << 3;
      add_accesses(with, entries, kGpa, list);
    }
  }
}

}  // namespace

std::vector<Vector> harness_vectors() {
  List list;
  ept_registers plain = harness::usual_configuration();
  plain.capability &= ~ept_word{EPT_CAPABILITY_EXECUTE_ONLY | EPT_CAPABILITY_PAGE_1G};
  ept_registers modern = harness::usual_configuration();
  modern.secondary_controls |= EPT_CONTROL_MODE_BASED_EXECUTE_CONTROL | EPT_CONTROL_EPT_VIOLATION_VE;
  for (const ept_registers& with : {harness::usual_configuration(), plain, modern}) {
    add_eptps(with, list);
    add_entries(with, list);
  }
  add_walks(harness::usual_configuration(), list);
  add_walks(modern, list);
  return list.all;
}

std::vector<Vector> eptp_vectors(std::size_t count) {
  std::vector<Vector> all;
  for (std::size_t n = 0; n < count; ++n) {
    Vector vector;
    vector.id = fmt::format("eptp-{}", n);
    vector.asked =
        support::case_of(Question::eptp, harness::usual_configuration(), kEptp | ept_word{n} << 12, 0, {}, 0, 0);
    vector.expected = vectors::expected_of(vector.asked);
    vector.cite = "SDM Vol. 3C, 29.2.1.1";
    all.push_back(vector);
  }
  return all;
}

}  // namespace support
