#include "harness/image/guest.h"

#include "harness/image/support.h"

extern "C" uint8_t guest_code[];
extern "C" uint8_t guest_read[];
extern "C" uint8_t guest_write[];
extern "C" uint8_t guest_exchange[];
extern "C" uint8_t guest_done[];
extern "C" uint8_t guest_read_second[];
extern "C" uint8_t guest_write_second[];
extern "C" uint8_t guest_done_second[];
extern "C" uint8_t guest_shadow_read[];
extern "C" uint8_t guest_shadow_write[];
extern "C" uint8_t guest_shadow_write_user[];
extern "C" uint8_t guest_load_pdptes[];
extern "C" uint8_t guest_pdptes_loaded[];
extern "C" uint8_t guest_return[];
extern "C" uint8_t guest_interrupt[];

namespace image {

namespace {

constexpr uint64_t kPresent = 0x1;
constexpr uint64_t kWritable = 0x2;
constexpr uint64_t kUser = 0x4;
constexpr uint64_t kUsed = 0x60;                                   // accessed, dirty
constexpr uint64_t kTable = kPresent | kWritable | kUser | kUsed;  // a page that is dirty, not writable: shadow stack
constexpr uint64_t kNoExecute = 1ull << 63;
// Accessed and dirty flags are set, so that what the guest does for itself changes and logs nothing.
constexpr uint64_t kEptTable = 0x507;             // all permissions, also for user-mode fetches
constexpr uint64_t kEptPage = 0x737;              // the same, write-back
constexpr uint64_t kEptPagingWrite = 1ull << 58;  // what verifies a walk through the page
// The byte behind b8 of the self-identifying word there is bits 10:3 of its address.
constexpr uint64_t kMarkerInDevice = kMarker * 8 + 1;
constexpr uint64_t kGate = uint64_t{0x20} * 16;  // of the guest's INT, in its IDT

// The guest's own pages in the order of their guest-physical addresses; the code is the page behind them.
struct World {
  Page pml4, pdpt, directory, table;
};
World worlds[kOwns];

Page ept_pml4, ept_pdpt, ept_directory, ept_table;

constexpr unsigned kPages = sizeof(worlds) / 4096;
static_assert(kOwnCode == kPages * 4096);

uint64_t world_base(Own own) { return own_base(own) + static_cast<uint64_t>(own) * sizeof(World); }

World& world_of(Own own) { return worlds[static_cast<unsigned>(own)]; }

void build(Own own) {
  World& world = world_of(own);
  const uint64_t base = world_base(own);
  world.pml4.words[0] = (base + 0x1000) | kTable;
  world.pdpt.words[0] = (base + 0x2000) | kTable;
  world.directory.words[0] = (base + 0x3000) | kTable;
  world.table.words[0] = (own_base(own) + kOwnCode) | kTable;
  world.table.words[2] = (own_base(own) + kOwnCode + 0x1000) | kTable;
}

void map_worlds(bool verified) {
  const uint64_t page = verified ? kEptPage | kEptPagingWrite : kEptPage;
  for (unsigned n = 0; n < kPages; ++n) ept_table.words[n] = (address_of(worlds) + n * 4096) | page;
}

uint64_t code(const uint8_t* label) { return kLinearCode + static_cast<uint64_t>(label - guest_code); }

// Of the page under test in the guest's own paging.
uint64_t rights_of(const Case& asked) {
  uint64_t rights = kPresent | kUsed;
  if ((asked.flags & kUserPage) != 0) rights |= kUser;
  if ((asked.flags & kWritablePage) != 0) rights |= kWritable;
  if ((asked.flags & kExecuteDisable) != 0) rights |= kNoExecute;
  return rights;
}

void choose_instruction(const Case& asked, GuestStart& start) {
  const uint64_t gpa = asked.guest_physical_address;
  const bool user = (asked.flags & kUserPage) != 0;
  const bool second = (asked.flags & kSecondOperand) != 0;
  switch (asked.act) {
    case Act::entry_only:
    case Act::read: start.rip = code(second ? guest_read_second : guest_read); break;
    case Act::write: start.rip = code(second ? guest_write_second : guest_write); break;
    case Act::read_modify_write: start.rip = code(guest_exchange); break;
    case Act::fetch: start.rip = start.linear_address; break;
    case Act::shadow_stack_read: start.rip = code(guest_shadow_read); break;
    case Act::shadow_stack_write: start.rip = code(user ? guest_shadow_write_user : guest_shadow_write); break;
    case Act::guest_walk:
      start.rip = start.completed_at = code(second ? guest_read_second : guest_read);
      start.linear_address = kLinearWalk | (gpa & 0xff8) << 9;
      break;
    case Act::load_pdptes:
      start.rip = code(guest_load_pdptes);
      start.completed_at = code(guest_pdptes_loaded);
      start.linear_address = gpa;
      start.pae = true;
      start.pdpte = (world_base(asked.own) + 0x2000) | kPresent;
      break;
    case Act::interrupt_return:
      start.rip = start.completed_at = code(guest_return);
      start.rsp = start.linear_address;
      start.nmi_blocked = true;
      break;
    case Act::deliver_interrupt:
      start.rip = start.completed_at = code(guest_interrupt);
      start.idt = start.linear_address - kGate;
      break;
    case Act::check_entry:
    case Act::check_vmfunc:
    case Act::check_invept: break;  // no walks
  }
}

}  // namespace

void build_guest(uint64_t device) {
  for (unsigned n = 0; n < kOwns; ++n) build(static_cast<Own>(n));
  ept_pml4.words[0] = address_of(&ept_pdpt) | kEptTable;
  ept_pdpt.words[0] = address_of(&ept_directory) | kEptTable;
  ept_directory.words[0] = address_of(&ept_table) | kEptTable;
  map_worlds(true);
  ept_table.words[kPages] = address_of(guest_code) | kEptPage;
  ept_table.words[kPages + 1] = device | kEptPage;
}

GuestStart prepare_guest(const Case& asked) {
  World& world = world_of(asked.own);
  const uint64_t gpa = asked.guest_physical_address;
  const uint64_t page = gpa & ~0xfffull;
  world.table.words[1] = page | rights_of(asked);
  world.directory.words[1] = page | kTable;
  const bool verified = (asked.flags & kUnverifiedWalk) == 0;
  if (((ept_table.words[0] & kEptPagingWrite) != 0) != verified) map_worlds(verified);
  GuestStart start{};
  start.cr3 = world_base(asked.own);
  start.linear_address = kLinearUnderTest | (gpa & 0xfff);
  start.device = kLinearDevice | kMarkerInDevice;
  start.identity = kLinearUnderTest | ((gpa & 0xff8) ^ 8);
  choose_instruction(asked, start);
  return start;
}

uint64_t own_entry(uint32_t level) {
  const Page& below = level == 5 ? ept_pml4 : level == 4 ? ept_pdpt : ept_directory;
  return address_of(&below) | kEptTable;
}

uint64_t rip_after_access(const Case& asked) {
  return code((asked.flags & kSecondOperand) != 0 ? guest_done_second : guest_done);
}

}  // namespace image
