// Where entries, pages and the guest itself lie for a walk.
#include <algorithm>
#include <array>

#include "harness/adapters/abi_model.h"
#include "harness/metal/plan.h"
#include "vectors/format/vector.h"

namespace harness {

namespace {

using image::Own;

constexpr std::uint64_t kGuestEntry = 0x7;  // present, writable, user; accessed is 0
constexpr std::uint64_t kPage = 0x1000;

ept_word read_word(void* memory, ept_word address) {
  return eptspec_read(static_cast<const eptspec_case*>(memory), address);
}

bool in_tables(std::uint64_t symbol) { return symbol >= kTablesBegin && symbol < kTablesEnd; }

void add_word(MadeCase& made, std::uint64_t address, std::uint64_t value) { made.words.push_back({address, value}); }

// A table through which the guest may do everything.
bool lets_everything_through(const ept_context& context, int level, std::uint64_t entry) {
  const ept_classification is = ept_classify(&context, level, entry);
  const std::uint64_t all = context.present | EPT_ENTRY_READ | EPT_ENTRY_WRITE | EPT_ENTRY_EXECUTE;
  return is.kind == EPT_TABLE && (entry & all) == all;
}

// Another entry of the highest table that has one within the processor's width; the entries above it are shared.
bool place_guest(const Machine& machine, Plan& plan) {
  struct Place {
    Own own;
    int low_bit;
  };
  constexpr std::array<Place, 3> kPlaces = {{{Own::at_1_gbyte, 30}, {Own::at_512_gbyte, 39}, {Own::at_256_tbyte, 48}}};
  const PutCase& walked = plan.walked;
  const ept_context context = vectors::context_of(walked.registers);
  for (std::uint32_t n = 0; n < walked.words.size() && walked.level - n >= 3; ++n) {
    const std::uint32_t level = walked.level - n;
    const Place& place = kPlaces.at(level - 3);
    const bool first = (walked.guest_physical_address >> place.low_bit & 0x1ff) == 0;
    if (!first || static_cast<int>(machine.maxphyaddr) > place.low_bit) {
      plan.made.own = first ? place.own : Own::at_zero;
      plan.made.own_level = level;
      plan.made.own_slot = (relocated(machine, walked.words[n].address) & ~(kPage - 1)) + (first ? 8 : 0);
      return true;
    }
    if (!lets_everything_through(context, static_cast<int>(level), walked.words[n].value)) break;
  }
  plan.not_applicable = "all guest-physical addresses, the guest's own too, go through the entry under test";
  return false;
}

// Tables into memory: those that the walk reads have to be there, the others are put where they can be.
bool place_tables(const Machine& machine, int last_level, Plan& plan) {
  const PutCase& walked = plan.walked;
  for (std::uint32_t n = 0; n < walked.words.size(); ++n) {
    const int level = static_cast<int>(walked.level - n);
    const std::uint64_t address = relocated(machine, walked.words[n].address);
    const bool read = last_level != 0 && level >= last_level;
    // An entry that is not read must not lie in the page that the walk reaches.
    const bool apart = address != plan.made.own_slot && (read || in_tables(walked.words[n].address));
    const bool there = apart && has_place(machine, walked.words[n].address);
    if (there) add_word(plan.made, address, relocated_entry(machine, walked.words[n].value));
    if (read && !there) plan.not_applicable = "this machine has no memory where one of the tables is";
  }
  return plan.not_applicable.empty();
}

// Pages that a walk would reach if it did not end where the manual says: an access that lands there is told apart. Bits
// that a large page's address must not have do not count.
void add_pages_of_entries(const Machine& machine, Plan& plan) {
  const PutCase& walked = plan.walked;
  for (std::uint32_t n = 0; n < walked.words.size(); ++n) {
    const std::uint64_t entry = walked.words[n].value & EPT_ENTRY_ADDRESS & width_mask(machine);
    const bool large =
        (walked.words[n].value & EPT_ENTRY_PAGE_SIZE) != 0 && (walked.level - n == 2 || walked.level - n == 3);
    const std::uint64_t size = large ? std::uint64_t{1} << ept_index_low(static_cast<int>(walked.level - n)) : kPage;
    const std::uint64_t symbol = (entry & ~(size - 1)) | (walked.guest_physical_address & (size - kPage));
    if (symbol >= kPagesBegin && has_place(machine, symbol)) plan.pages.push_back(relocated(machine, symbol));
  }
  plan.pages.push_back(machine.pages);
}

std::uint8_t byte_of(std::uint64_t word, std::uint64_t address) {
  return static_cast<std::uint8_t>(word >> address % 8 * 8);
}

// A word tells its address only to who executes it from its beginning. Elsewhere an instruction of one byte is put
// that exits, one that no other page of the case has there.
void place_byte_code(Plan& plan, std::uint64_t address) {
  constexpr std::array<std::uint8_t, 2> kCodes = {0xf4, 0xcc};  // HLT, INT3
  const auto elsewhere = [&](std::uint8_t code) {
    return std::any_of(plan.pages.begin(), plan.pages.end(), [&](std::uint64_t page) {
      const std::uint64_t there = page | (address & (kPage - 1));
      return page != (address & ~(kPage - 1)) &&
             byte_of(image::identity_word(there & ~std::uint64_t{7}), there) == code;
    });
  };
  const std::uint8_t code = elsewhere(kCodes[0]) ? kCodes[1] : kCodes[0];
  const std::uint64_t at = address & ~std::uint64_t{7};
  const std::uint64_t shift = address % 8 * 8;
  add_word(plan.made, at, (image::identity_word(at) & ~(std::uint64_t{0xff} << shift)) | std::uint64_t{code} << shift);
  plan.byte_code = address;
}

// The page that the walk reaches: it tells its address, or is a page table for an update of accessed flags.
void place_page(const Machine& machine, std::uint64_t symbol, Plan& plan) {
  if (symbol < kPagesBegin || !has_place(machine, symbol)) {
    plan.not_applicable = "this machine has no memory where the page is";
    return;
  }
  const std::uint64_t address = relocated(machine, symbol);
  plan.pages.push_back(address & ~(kPage - 1));
  const std::uint64_t access = plan.walked.access;
  if ((access & EPT_ACCESS_GUEST_PAGING_STRUCTURE) != 0 && (access & EPT_ACCESS_DATA_WRITE) != 0) {
    add_word(plan.made, address, (own_base(plan.made.own) + image::kOwnCode) | kGuestEntry);
  }
  if (plan.made.act == image::Act::fetch && address % 8 != 0) place_byte_code(plan, address);
}

}  // namespace

// Memory there is neither the image's nor somebody else's on the way through a window.
bool has_place(const Machine& machine, std::uint64_t symbol) {
  const std::uint64_t address = relocated(machine, symbol);
  const bool ours = in_tables(symbol) || symbol >= kPagesBegin;
  return ours && is_memory(machine, address) && symbolic(machine, address) == symbol;
}

ept_outcome expected_walk(const PutCase& asked) {
  const ept_context context = vectors::context_of(asked.registers);
  eptspec_case memory = abi_case(asked);
  return ept_walk(&context, asked.guest_physical_address, asked.access, read_word, &memory);
}

ept_outcome expected_sub_page_check(const PutCase& asked) {
  const ept_configuration configuration = vectors::configuration_of(asked.registers);
  eptspec_case memory = abi_case(asked);
  return ept_check_sub_page(&configuration, asked.registers.eptp, asked.registers.sub_page_table_pointer,
                            asked.guest_physical_address, asked.access, read_word, &memory);
}

// The vector has no address.
void lay_out_sub_page_table(const Machine& machine, const PutCase& asked, Plan& plan) {
  const auto last = static_cast<std::uint32_t>(expected_sub_page_check(asked).level);
  const std::uint64_t root = relocated_entry(machine, asked.registers.sub_page_table_pointer);
  if (root != 0) add_field(plan.made, EPT_REGISTER_SUB_PAGE_TABLE_POINTER, root);  // 0: a table of the image's own
  for (std::uint32_t n = 0; n < asked.words.size(); ++n) {
    const std::uint32_t level = asked.level - n;
    const auto& [address, value] = asked.words[n];
    const bool read = level >= last;
    const bool there = (read || in_tables(address)) && has_place(machine, address);
    if (there) add_word(plan.made, relocated(machine, address), level == 1 ? value : relocated_entry(machine, value));
    if (read && !there) plan.not_applicable = "this machine has no memory where one of the tables is";
  }
}

void lay_out_walk(const Machine& machine, Plan& plan) {
  const ept_outcome outcome = expected_walk(plan.walked);
  if (!place_guest(machine, plan) || !place_tables(machine, outcome.level, plan)) return;
  add_pages_of_entries(machine, plan);
  if (outcome.result == EPT_TRANSLATED) place_page(machine, outcome.host_physical_address, plan);
  if (outcome.result == EPT_VIOLATION) plan_upgrade(machine, outcome, plan);
}

}  // namespace harness
