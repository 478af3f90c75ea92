#include "harness/suite/builtin.h"

#include <fmt/format.h>

#include "vectors/format/names.h"

namespace harness {

namespace {

constexpr ept_word kRwx = EPT_ENTRY_READ | EPT_ENTRY_WRITE | EPT_ENTRY_EXECUTE;
constexpr ept_word kWriteBackLeaf = 6U << 3;
constexpr ept_word kPage4k = 0x9000 | kWriteBackLeaf | kRwx;
constexpr ept_word kPage2m = 0xa00000 | kWriteBackLeaf | EPT_ENTRY_PAGE_SIZE | kRwx;

// Tables at 2000H, 3000H and 4000H under the root at 1000H.
constexpr ept_word table(unsigned n, ept_word rights = kRwx) { return 0x1000U + 0x1000U * n + rights; }

class Builder {
 public:
  explicit Builder(const ept_registers& configuration) : configuration_(configuration) {
    const bool write_back = (configuration.capability & EPT_CAPABILITY_MEMORY_TYPE_WB) != 0;
    four_levels_ = (configuration.capability & EPT_CAPABILITY_WALK_LENGTH_4) != 0;
    configuration_.eptp = 0x1000U | (write_back ? 6U : 0U) | (four_levels_ ? 3U << 3 : 4U << 3);
  }

  void eptp(ept_word changed, const char* explanation) {
    vectors::Case asked{.question = vectors::Question::eptp, .registers = configuration_};
    asked.registers.eptp ^= changed;
    add(asked, explanation);
  }

  void entry(int level, ept_word entry, const char* explanation) {
    add({.question = vectors::Question::entry, .registers = configuration_, .level = level, .entries = {entry}},
        explanation);
  }

  // Entries from the PML4E down; where a processor knows 5 levels only, a PML5E is put above them.
  void walk(std::vector<ept_word> entries, ept_word gpa, ept_word access, const char* explanation) {
    if (!four_levels_) entries.insert(entries.begin(), 0x10000 | kRwx);
    add({.registers = configuration_,
         .level = four_levels_ ? 4 : 5,
         .entries = std::move(entries),
         .guest_physical_address = gpa,
         .access = access},
        explanation);
  }

  std::vector<Smoke> all;

 private:
  void add(const vectors::Case& asked, const char* explanation) {
    vectors::Vector vector;
    vector.id = fmt::format("smoke-{:02}", all.size() + 1);
    vector.asked = asked;
    vector.expected = vectors::expected_of(asked);
    vector.goals = {"smoke/" + vector.id};
    all.push_back({vector, explanation});
  }

  ept_registers configuration_;
  bool four_levels_ = true;
};

void add_entries(Builder& builder) {
  builder.entry(1, kPage4k, "a PTE that allows everything and has memory type 6 (write-back) maps a page");
  builder.entry(1, 0, "an entry whose bits 2:0 are 0 is not present, whatever else it says");
  builder.entry(1, kPage4k & ~ept_word{EPT_ENTRY_READ | EPT_ENTRY_EXECUTE},
                "write-only (bits 2:0 = 010b) is always a misconfiguration");
  builder.entry(1, kPage4k | 7U << 3, "memory type 7 is reserved: a misconfiguration");
  builder.entry(4, table(1) | 1U << 7, "bits 7:3 of a PML4E are reserved: a misconfiguration");
  builder.entry(2, table(3), "a PDE whose bit 7 is 0 references a page table");
  builder.entry(2, table(3) | kWriteBackLeaf,
                "a PDE that references a table has no memory type: bits 6:3 are reserved");
}

void add_walks(Builder& builder) {
  builder.walk({table(1), table(2), table(3), kPage4k}, 0x123, EPT_ACCESS_READ,
               "a read through four good entries arrives at the page, at the offset of the guest-physical address");
  builder.walk({table(1), table(2), kPage2m}, 0x12345, EPT_ACCESS_WRITE,
               "a PDE with bit 7 maps 2 MBytes: bits 20:0 of the guest-physical address are the offset");
  builder.walk({table(1), table(2), 0}, 0x123, EPT_ACCESS_READ,
               "the walk meets a PDE that is not present: an EPT violation");
  builder.walk({table(1), table(2, EPT_ENTRY_READ), table(3), kPage4k}, 0x123, EPT_ACCESS_WRITE,
               "a write needs bit 1 in every entry, not only in the leaf: an EPT violation");
  builder.walk({table(1), table(2, EPT_ENTRY_READ), table(3), kPage4k | 7U << 3}, 0x123, EPT_ACCESS_WRITE,
               "permissions are looked at when the walk is complete, so the misconfigured PTE comes first");
}

}  // namespace

ept_registers usual_configuration() {
  ept_registers usual{};
  usual.maxphyaddr = 46;
  usual.capability = EPT_CAPABILITY_EXECUTE_ONLY | EPT_CAPABILITY_WALK_LENGTH_4 | EPT_CAPABILITY_WALK_LENGTH_5 |
                     EPT_CAPABILITY_MEMORY_TYPE_UC | EPT_CAPABILITY_MEMORY_TYPE_WB | EPT_CAPABILITY_PAGE_2M |
                     EPT_CAPABILITY_PAGE_1G | EPT_CAPABILITY_ACCESSED_DIRTY;
  return vectors::with_ept(usual);
}

std::vector<Smoke> smoke_vectors(const ept_registers& configuration) {
  Builder builder(configuration);
  builder.eptp(0, "an ordinary EPTP, table at 1000H: VM entry accepts it");
  builder.eptp(1U << 11, "bit 11 of the EPTP is reserved: VM entry refuses it");
  builder.eptp(1, "the EPTP's memory type is neither 0 (uncacheable) nor 6 (write-back): VM entry refuses it");
  add_entries(builder);
  add_walks(builder);
  return builder.all;
}

}  // namespace harness
