// SDM Vol. 3C, 31.3.2 (Tables 31-1 to 31-7) and 31.3.3.1: which entries are misconfigured.
#include "tests/sdm/sdm.h"

namespace {

using namespace sdm;

struct Shape {
  const char* name;
  int level;
  std::uint64_t good;
  std::vector<std::pair<unsigned, unsigned>> reserved;  // bit ranges, high and low, for MAXPHYADDR 46
};

// From the tables: a good entry of each format and its reserved bits.
const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all = {
      {"PML5E", 5, 0x2007, {{7, 3}, {51, 46}}},
      {"PML4E", 4, 0x2007, {{7, 3}, {51, 46}}},
      {"PDPTE that references a page directory", 3, 0x2007, {{6, 3}, {51, 46}}},
      {"PDPTE that maps a page", 3, 0x400000b7, {{29, 12}, {51, 46}}},
      {"PDE that references a page table", 2, 0x2007, {{6, 3}, {51, 46}}},
      {"PDE that maps a page", 2, 0x2000b7, {{20, 12}, {51, 46}}},
      {"PTE", 1, 0x2037, {{51, 46}}},
  };
  return all;
}

bool is_reserved(const Shape& shape, unsigned n) {
  for (const auto& [high, low] : shape.reserved) {
    if (low <= n && n <= high) return true;
  }
  return false;
}

TEST(SdmMisconfiguration, each_reserved_bit_alone_and_no_other_bit_from_11_up) {
  for (const Shape& shape : shapes()) {
    EXPECT_EQ(kind_of(able_machine(), shape.level, shape.good),
              shape.good == 0x2037 || (shape.good & kPage) != 0 ? EPT_PAGE : EPT_TABLE);
    for (unsigned n = 11; n < 64; ++n) {
      const bool misconfigured = kind_of(able_machine(), shape.level, shape.good | bit(n)) == EPT_MISCONFIGURED;
      EXPECT_EQ(misconfigured, is_reserved(shape, n)) << shape.name << " bit " << n;
    }
  }
}

TEST(SdmMisconfiguration, bits_7_to_3_of_entries_that_reference_a_table) {
  for (const Shape& shape : shapes()) {
    if (shape.good != 0x2007) continue;
    for (unsigned n = 3; n <= 6; ++n)
      EXPECT_EQ(kind_of(able_machine(), shape.level, shape.good | bit(n)), EPT_MISCONFIGURED) << shape.name << n;
  }
  EXPECT_EQ(kind_of(able_machine(), 5, 0x2087), EPT_MISCONFIGURED);
  EXPECT_EQ(kind_of(able_machine(), 4, 0x2087), EPT_MISCONFIGURED);
}

TEST(SdmMisconfiguration, reserved_bits_of_an_entry_that_is_not_present_do_not_matter) {
  for (const Shape& shape : shapes()) {
    for (unsigned n = 3; n < 64; ++n) {
      if (n == 10) continue;  // counts as present with mode-based execute control
      EXPECT_EQ(kind_of(able_machine(), shape.level, (shape.good & ~kRwx) | bit(n)), EPT_NOT_PRESENT)
          << shape.name << " bit " << n;
    }
  }
}

TEST(SdmMisconfiguration, write_only_and_write_execute_at_every_level) {
  for (const Shape& shape : shapes()) {
    EXPECT_EQ(kind_of(able_machine(), shape.level, (shape.good & ~kRwx) | 2), EPT_MISCONFIGURED) << shape.name;
    EXPECT_EQ(kind_of(able_machine(), shape.level, (shape.good & ~kRwx) | 6), EPT_MISCONFIGURED) << shape.name;
  }
}

TEST(SdmMisconfiguration, execute_only_unless_capability_bit_0) {
  Circumstances without = able_machine();
  without.capability &= ~bit(0);
  for (const Shape& shape : shapes()) {
    EXPECT_NE(kind_of(able_machine(), shape.level, (shape.good & ~kRwx) | 4), EPT_MISCONFIGURED) << shape.name;
    EXPECT_EQ(kind_of(without, shape.level, (shape.good & ~kRwx) | 4), EPT_MISCONFIGURED) << shape.name;
  }
}

TEST(SdmMisconfiguration, user_execute_only_with_mode_based_control_unless_capability_bit_0) {
  Circumstances without = able_machine();
  without.capability &= ~bit(0);
  EXPECT_EQ(kind_of(without, 1, 0x2030 | bit(10)), EPT_MISCONFIGURED);
  EXPECT_EQ(kind_of(able_machine(), 1, 0x2030 | bit(10)), EPT_PAGE);
  without.secondary &= ~bit(22);
  EXPECT_EQ(kind_of(without, 1, 0x2030 | bit(10)), EPT_NOT_PRESENT);
}

TEST(SdmMisconfiguration, read_only_read_write_read_execute_are_allowed) {
  for (const std::uint64_t rights : {1U, 3U, 5U, 7U})
    EXPECT_EQ(kind_of(plain_machine(), 1, 0x2030 | rights), EPT_PAGE) << rights;
}

TEST(SdmMisconfiguration, memory_types_2_3_and_7_of_an_entry_that_maps_a_page) {
  for (std::uint64_t type = 0; type < 8; ++type) {
    const bool reserved = type == 2 || type == 3 || type == 7;
    EXPECT_EQ(kind_of(able_machine(), 1, 0x2007 | type << 3) == EPT_MISCONFIGURED, reserved) << type;
    EXPECT_EQ(kind_of(able_machine(), 2, 0x200087 | type << 3) == EPT_MISCONFIGURED, reserved) << type;
    EXPECT_EQ(kind_of(able_machine(), 3, 0x40000087 | type << 3) == EPT_MISCONFIGURED, reserved) << type;
  }
}

TEST(SdmMisconfiguration, large_pages_that_the_processor_does_not_support) {
  Circumstances machine = able_machine();
  machine.capability &= ~(bit(16) | bit(17));
  EXPECT_EQ(kind_of(machine, 2, 0x2000b7), EPT_MISCONFIGURED);
  EXPECT_EQ(kind_of(machine, 3, 0x400000b7), EPT_MISCONFIGURED);
  EXPECT_EQ(kind_of(machine, 1, 0x20b7), EPT_PAGE);  // bit 7 of a PTE is ignored
}

TEST(SdmMisconfiguration, paging_write_in_an_execute_only_page) {
  Circumstances machine = able_machine();
  EXPECT_EQ(kind_of(machine, 1, 0x2034 | bit(58)), EPT_MISCONFIGURED);
  EXPECT_EQ(kind_of(machine, 1, 0x2031 | bit(58)), EPT_PAGE);
  EXPECT_EQ(kind_of(machine, 2, 0x2004 | bit(58)), EPT_TABLE);  // ignored in an entry that references a table
  machine.tertiary &= ~bit(2);
  EXPECT_EQ(kind_of(machine, 1, 0x2034 | bit(58)), EPT_PAGE);
}

TEST(SdmMisconfiguration, ignored_bits_with_every_feature_off) {
  for (const Shape& shape : shapes()) {
    if (shape.good == 0x400000b7) continue;  // the plain machine has no 1-GByte pages
    for (unsigned n : {8U, 9U, 10U, 11U, 52U, 53U, 54U, 55U, 56U, 57U, 58U, 59U, 60U, 61U, 62U, 63U}) {
      EXPECT_NE(kind_of(plain_machine(), shape.level, shape.good | bit(n)), EPT_MISCONFIGURED)
          << shape.name << " bit " << n;
    }
  }
}

}  // namespace
