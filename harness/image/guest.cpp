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

namespace image {

namespace {

constexpr uint64_t kTable = 0x67;       // present, writable, user, accessed, dirty
constexpr uint64_t kSupervisor = 0x63;  // the same for a page of the supervisor
constexpr uint64_t kWritable = 0x2;     // a page that is dirty and not writable is a shadow stack
// The byte behind b8 of the self-identifying word there is bits 10:3 of its address.
constexpr uint64_t kMarkerInDevice = kMarker * 8 + 1;
constexpr uint64_t kEptTable = 0x7;
constexpr uint64_t kEptPage = 0x437;  // all permissions, also for user-mode fetches; write-back

struct alignas(4096) Table {
  uint64_t entries[512];
};

// The guest's own pages in the order of their guest-physical addresses; the code is the page behind them.
struct World {
  Table pml4, pdpt, directory, table;
};
World worlds[2];  // at 512 GBytes, at 0

Table ept_pdpt, ept_directory, ept_table;

constexpr unsigned kPages = sizeof(worlds) / 4096;
static_assert(kOwnCode == kPages * 4096);

uint64_t own_base(unsigned world) { return world == 0 ? kOwnHigh : 0; }

void build(unsigned number) {
  World& world = worlds[number];
  const uint64_t base = own_base(number) + number * sizeof(World);
  world.pml4.entries[0] = (base + 0x1000) | kTable;
  world.pdpt.entries[0] = (base + 0x2000) | kTable;
  world.directory.entries[0] = (base + 0x3000) | kTable;
  world.table.entries[0] = (own_base(number) + kOwnCode) | kTable;
  world.table.entries[2] = (own_base(number) + kOwnCode + 0x1000) | kTable;
}

World& world_of(const Case& asked) { return worlds[(asked.flags & kOwnAtZero) != 0 ? 1 : 0]; }

uint64_t code(const uint8_t* label) { return kLinearCode + static_cast<uint64_t>(label - guest_code); }

}  // namespace

void build_guest(uint64_t device) {
  build(0);
  build(1);
  ept_pdpt.entries[0] = address_of(&ept_directory) | kEptTable | 0x400;
  ept_directory.entries[0] = address_of(&ept_table) | kEptTable | 0x400;
  for (unsigned n = 0; n < kPages; ++n) ept_table.entries[n] = (address_of(worlds) + n * 4096) | kEptPage;
  ept_table.entries[kPages] = address_of(guest_code) | kEptPage;
  ept_table.entries[kPages + 1] = device | kEptPage;
}

GuestStart prepare_guest(const Case& asked) {
  World& world = world_of(asked);
  const unsigned number = &world == worlds ? 0 : 1;
  const uint64_t gpa = asked.guest_physical_address;
  const uint64_t page = gpa & ~0xfffull;
  const bool user = (asked.flags & kUserPage) != 0;
  const bool second = (asked.flags & kSecondOperand) != 0;
  const bool shadow = asked.act == Act::shadow_stack_read || asked.act == Act::shadow_stack_write;
  world.table.entries[1] = page | ((user ? kTable : kSupervisor) & ~(shadow ? kWritable : 0));
  world.directory.entries[1] = page | kTable;
  GuestStart start{};
  start.cr3 = own_base(number) + number * sizeof(World);
  start.linear_address = kLinearUnderTest | (gpa & 0xfff);
  start.device = kLinearDevice | kMarkerInDevice;
  start.identity = kLinearUnderTest | ((gpa & 0xff8) ^ 8);
  switch (asked.act) {
    case Act::entry_only:
    case Act::read: start.rip = code(second ? guest_read_second : guest_read); break;
    case Act::write: start.rip = code(second ? guest_write_second : guest_write); break;
    case Act::read_modify_write: start.rip = code(guest_exchange); break;
    case Act::fetch: start.rip = start.linear_address; break;
    case Act::shadow_stack_read: start.rip = code(guest_shadow_read); break;
    case Act::shadow_stack_write: start.rip = code(user ? guest_shadow_write_user : guest_shadow_write); break;
    case Act::guest_walk:
      start.rip = code(second ? guest_read_second : guest_read);
      start.linear_address = kLinearWalk | (gpa & 0xff8) << 9;
      break;
  }
  return start;
}

uint64_t own_root_entry() { return address_of(&ept_pdpt) | kEptTable | 0x400; }
unsigned own_root_index(const Case& asked) { return (asked.flags & kOwnAtZero) != 0 ? 0 : 1; }
uint64_t rip_after_access(const Case& asked) {
  return code((asked.flags & kSecondOperand) != 0 ? guest_done_second : guest_done);
}

}  // namespace image
