#include "tests/bench/inputs.h"

#include <array>
#include <random>

namespace bench {

namespace {

constexpr std::uint64_t kSeed = 20260601;
constexpr std::uint64_t kReadWriteExecute = 0x7;
constexpr std::uint64_t kWriteBack = 0x30;
constexpr std::uint64_t kMapsPage = 0x80;
constexpr std::uint64_t kTableEntries = 512;
constexpr std::size_t kPages = 64;

class Random {
 public:
  std::uint64_t below(std::uint64_t limit) {
    return std::uniform_int_distribution<std::uint64_t>(0, limit - 1)(engine_);
  }
  std::uint64_t bits() { return engine_(); }
  template <std::size_t N>
  std::uint64_t one_of(const std::array<std::uint64_t, N>& values) {
    return values[below(N)];
  }

 private:
  std::mt19937_64 engine_{kSeed};
};

std::uint64_t bit(std::uint64_t number) { return std::uint64_t{1} << number; }

unsigned index_low(int level) { return 3 + 9 * static_cast<unsigned>(level); }

// The address bits of an entry: those of a page of the level's size, or of a table (level 1), below M=46.
std::uint64_t address_bits(Random& random, int level) {
  return random.bits() & (bit(46) - 1) & ~(bit(index_low(level)) - 1);
}

constexpr std::uint64_t kIgnored = 0x600000000000F00;  // bits 8, 9, 10, 11 and two of the upper ones

bool may_map_page(int level) { return level <= 3; }

std::uint64_t good_entry(Random& random, int level, bool maps_page) {
  const std::uint64_t rights = random.one_of<5>({1, 3, 4, 5, 7});
  const std::uint64_t ignored = random.bits() & kIgnored;
  if (!maps_page) return rights | ignored | address_bits(random, 1);
  const std::uint64_t type = random.one_of<5>({0, 1, 4, 5, 6}) << 3;
  const std::uint64_t page_size = level > 1 || random.below(2) == 0 ? kMapsPage : 0;
  return rights | ignored | type | page_size | (random.bits() & bit(6)) | address_bits(random, level);
}

// Breaks one rule of a good entry.
std::uint64_t broken(Random& random, std::uint64_t entry, int level, bool maps_page) {
  switch (random.below(4)) {
    case 0: return (entry & ~kReadWriteExecute) | random.one_of<2>({2, 6});
    case 1: return entry | bit(46 + random.below(6));
    case 2:
      if (!maps_page) return entry | bit(3 + random.below(4));
      if (level == 1) break;
      return entry | bit(12 + random.below(index_low(level) - 12));
    default: break;
  }
  if (!maps_page) return entry | bit(3 + random.below(level >= 4 ? 5 : 4));
  return (entry & ~std::uint64_t{0x38}) | random.one_of<3>({2, 3, 7}) << 3;
}

// Tables in a row of pages, filled from the first on.
class TreeBuilder {
 public:
  explicit TreeBuilder(int levels) {
    tree_.configuration = configuration(levels);
    tree_.configuration.root = new_table();
  }

  // Maps the page of an address at a level; returns where its entries are, from the root down.
  std::vector<std::size_t> map(std::uint64_t guest_physical_address, int leaf_level, std::uint64_t leaf) {
    std::vector<std::size_t> used;
    std::uint64_t table = tree_.configuration.root;
    for (int level = tree_.configuration.levels;; --level) {
      const std::uint64_t index = guest_physical_address >> index_low(level) & (kTableEntries - 1);
      used.push_back(table / 8 + index);
      if (level == leaf_level) break;
      if (tree_.memory[used.back()] == 0) {
        const std::uint64_t next = new_table();
        tree_.memory[used.back()] = next | kReadWriteExecute;
      }
      table = tree_.memory[used.back()] & ~std::uint64_t{0xfff};
    }
    tree_.memory[used.back()] = leaf;
    return used;
  }

  Tree& tree() { return tree_; }

 private:
  std::uint64_t new_table() {
    const std::uint64_t address = 8 * tree_.memory.size();
    tree_.memory.resize(tree_.memory.size() + kTableEntries);
    return address;
  }

  Tree tree_;
};

struct Page {
  std::uint64_t guest_physical_address = 0;
  int level = 1;
  std::vector<std::size_t> entries;
};

// 2-MByte pages have the upper half of the page directories, so that no page lies within another.
std::vector<Page> map_pages(Random& random, TreeBuilder& builder) {
  std::vector<Page> pages;
  for (std::size_t n = 0; n < kPages; ++n) {
    const int level = n % 4 == 3 ? 2 : 1;
    const std::uint64_t directory = n / 32;
    const std::uint64_t upper = directory << 39 | (directory * 5 + 3) << 30;
    const std::uint64_t lower = level == 2 ? (256 + 4 * n) << 21 : (7 * (n / 8 % 4) + 1) << 21 | (8 * n + n / 8) << 12;
    const std::uint64_t leaf = kReadWriteExecute | kWriteBack | (level == 2 ? kMapsPage : 0);
    const std::uint64_t address = upper | lower;
    pages.push_back({address, level, builder.map(address, level, leaf | address_bits(random, level))});
  }
  return pages;
}

std::uint64_t offset_in(Random& random, const Page& page) { return random.below(bit(index_low(page.level))); }

// Harms the leaf, which belongs to one page alone.
void harm(Random& random, std::uint64_t& leaf, int level, std::size_t page) {
  switch (page % 8) {
    case 1: leaf &= ~kReadWriteExecute; break;
    case 3: leaf &= ~random.one_of<3>({2, 4, 6}); break;
    case 5:
    case 7: leaf = broken(random, leaf, level, true); break;
    default: break;
  }
}

}  // namespace

Configuration configuration(int levels) {
  Configuration configuration;
  configuration.maxphyaddr = 46;
  configuration.execute_only = true;
  configuration.page_2m = true;
  configuration.page_1g = true;
  configuration.accessed_dirty = true;
  configuration.levels = levels;
  return configuration;
}

Entries make_entries(std::size_t count, const EntryMix& mix) {
  Random random;
  Entries made;
  for (std::size_t n = 0; n < count; ++n) {
    const int level = 1 + static_cast<int>(random.below(5));
    const bool maps_page = level == 1 || (may_map_page(level) && random.below(2) == 0);
    const std::uint64_t good = good_entry(random, level, maps_page);
    const double choice = static_cast<double>(random.below(1000)) / 1000;
    std::uint64_t entry = random.bits() & ~kReadWriteExecute;
    if (choice < mix.good) {
      entry = good;
    } else if (choice < mix.good + mix.broken) {
      entry = broken(random, good, level, maps_page);
    }
    made.entries.push_back(entry);
    made.levels.push_back(static_cast<std::uint8_t>(level));
  }
  return made;
}

Tree make_readable_tree(int levels) {
  Random random;
  TreeBuilder builder(levels);
  for (const Page& page : map_pages(random, builder)) {
    builder.tree().accesses.push_back({page.guest_physical_address | offset_in(random, page), kDataRead});
  }
  return builder.tree();
}

Tree make_mixed_tree(int levels, std::size_t accesses) {
  Random random;
  TreeBuilder builder(levels);
  const std::vector<Page> pages = map_pages(random, builder);
  Tree& tree = builder.tree();
  for (std::size_t n = 0; n < kPages; ++n) harm(random, tree.memory[pages[n].entries.back()], pages[n].level, n);
  for (std::size_t n = 0; n < accesses; ++n) {
    const Page& page = pages[random.below(kPages)];
    const std::uint64_t beyond = n % 32 == 31 ? bit(48) : 0;
    tree.accesses.push_back(
        {page.guest_physical_address | offset_in(random, page) | beyond,
         random.one_of<4>({kDataRead, kDataWrite, kInstructionFetch, kDataRead | kGuestPagingStructure})});
  }
  return tree;
}

}  // namespace bench
