#include "harness/image/vmx.h"

#include "harness/image/cpu.h"
#include "harness/image/support.h"
#include "harness/image/traps.h"
#include "harness/image/vmcs_fields.h"

extern "C" int enter_guest(image::GuestRegisters* registers, int launched);
extern "C" uint8_t guest_left[];

namespace image {

namespace {

constexpr uint32_t kEferMsr = 0xc0000080;
constexpr uint32_t kPatMsr = 0x277;
constexpr uint64_t kEferLong = 0x500;  // LME, LMA
constexpr uint64_t kEferNxe = 0x800;
constexpr uint64_t kCr4Vmxe = 1u << 13;

constexpr uint32_t kInterruptWindowExiting = 1u << 2;
constexpr uint32_t kHltExiting = 1u << 7;
constexpr uint32_t kIoExiting = 1u << 24;
constexpr uint32_t kHost64 = 1u << 9;
constexpr uint32_t kAcknowledge = 1u << 15;  // interrupt on exit
constexpr uint32_t kSaveLoadEfer = 1u << 20 | 1u << 21;
constexpr uint32_t kGuest64 = 1u << 9;
constexpr uint32_t kLoadGuestEfer = 1u << 15;
constexpr uint32_t kLoadGuestCet = 1u << 20;
constexpr uint32_t kLoadHostCet = 1u << 28;
constexpr uint64_t kCr0WriteProtect = 1u << 16;
constexpr uint64_t kCr4FiveLevels = 1u << 12;
constexpr uint64_t kCr4Cet = 1u << 23;
constexpr uint32_t kUserCet = 0x6a0;
constexpr uint64_t kShadowStackAndWrites = 3;
constexpr uint32_t kCode = 0xa09b;  // access rights of 64-bit code and of data, privilege level 0
constexpr uint32_t kCode32 = 0xc09b;
constexpr uint32_t kData = 0xc093;
constexpr uint32_t kUserRights = 0x60;

Page vmxon_region;
Page vmcs_region;
bool launched = false;
bool true_msrs = false;
GuestMode mode{};

// Capability MSR of a word of controls: what must be 1 in the low half, what may be 1 in the high half.
uint64_t allowed(const Probe& probe, uint32_t msr, uint32_t true_msr) {
  return capability(probe, true_msrs ? true_msr : msr);
}

// The controls `wanted` and those that must be 1. False when some may not be 1.
bool set(uint64_t field, uint64_t allowed, uint32_t wanted) {
  const auto may = static_cast<uint32_t>(allowed >> 32);
  vmwrite(field, (wanted & may) | static_cast<uint32_t>(allowed));
  return (wanted & ~may) == 0;
}

bool has_shadow_stacks(const Probe& probe) { return (allowed(probe, 0x484, 0x490) >> 32 & kLoadGuestCet) != 0; }

// The guest's page tables have four levels, also where a UEFI firmware chose five for the image.
uint64_t guest_cr4() { return read_cr<4>() & ~kCr4FiveLevels; }

void write_guest_mode(const Probe& probe) {
  set(kEntryControls, allowed(probe, 0x484, 0x490), (mode.pae ? 0 : kGuest64) | kLoadGuestEfer | kLoadGuestCet);
  vmwrite(kGuestEfer, mode.pae ? kEferNxe : kEferLong | kEferNxe);
  const uint64_t cr0 = read_cr<0>() & ~kCr0WriteProtect;
  vmwrite(kGuestCr0, mode.shadow_stack ? cr0 | kCr0WriteProtect : cr0);
  vmwrite(kGuestCr4, mode.shadow_stack ? guest_cr4() | kCr4Cet : guest_cr4());
  if (has_shadow_stacks(probe)) vmwrite(kGuestSCet, mode.shadow_stack ? kShadowStackAndWrites : 0);
  const uint16_t level = mode.user ? 3 : 0;
  const uint32_t rights = mode.user ? kUserRights : 0;
  vmwrite(kGuestEsSelector + 2, kCodeSelector | level);
  vmwrite(kGuestEsSelector + 4, kDataSelector | level);
  vmwrite(kGuestEsAccess + 2, (mode.pae ? kCode32 : kCode) | rights);
  vmwrite(kGuestEsAccess + 4, kData | rights);
}

// What a check may let VM entry or VM exit load; a VMCS without such a field stays as it is.
void clear_loadable() {
  constexpr uint64_t kFields[] = {kGuestDebugctl, kGuestPerfGlobal, kGuestBndcfgs,   kGuestRtit,
                                  kGuestLbr,      kGuestPkrs,       kHostPerfGlobal, kHostPkrs};
  for (const uint64_t field : kFields) vmwrite(field, 0);
}

void set_host() {
  const uint16_t selectors[] = {kDataSelector, kCodeSelector, kDataSelector, kDataSelector, 0, 0, kTaskSelector};
  for (uint64_t n = 0; n < 7; ++n) vmwrite(kHostEsSelector + 2 * n, selectors[n]);
  vmwrite(kHostCr0, read_cr<0>());
  vmwrite(kHostCr3, read_cr<3>());
  vmwrite(kHostCr4, read_cr<4>());
  vmwrite(kHostEfer, read_msr(kEferMsr));
  vmwrite(kHostPat, read_msr(kPatMsr));
  vmwrite(kHostTrBase, task_state_base());
  vmwrite(kHostGdtrBase, address_of(gdt));
  vmwrite(kHostIdtrBase, idt_base());
  vmwrite(kHostRip, address_of(guest_left));
}

// 64-bit mode at privilege level 0, all segments flat.
void set_guest() {
  constexpr uint32_t kUnusable = 0x10000;
  constexpr uint32_t kTask = 0x8b;
  const uint16_t selectors[] = {kDataSelector, kCodeSelector, kDataSelector, kDataSelector, 0, 0, 0, kTaskSelector};
  const uint32_t access[] = {kData, kCode, kData, kData, kUnusable, kUnusable, kUnusable, kTask};
  for (uint64_t n = 0; n < 8; ++n) {
    vmwrite(kGuestEsSelector + 2 * n, selectors[n]);
    vmwrite(kGuestEsLimit + 2 * n, n == 7 ? 0x67 : 0xffffffff);
    vmwrite(kGuestEsAccess + 2 * n, access[n]);
    vmwrite(kGuestEsBase + 2 * n, 0);
  }
  vmwrite(kGuestDr7, 0x400);
  vmwrite(kGuestRsp, 0);
  vmwrite(kVmcsLink, ~0ull);
  vmwrite(kGuestPat, read_msr(kPatMsr));
  vmwrite(kExceptionBitmap, 0xffffffff);
  vmwrite(kPageFaultMask, 0);
  vmwrite(kPageFaultMatch, 0);
}

}  // namespace

bool enter_vmx(const Probe& probe) {
  true_msrs = (capability(probe, kVmxBasic) >> 55 & 1) != 0;
  write_cr0((read_cr<0>() | capability(probe, 0x486)) & capability(probe, 0x487));
  write_cr4(((read_cr<4>() | kCr4Vmxe) | capability(probe, 0x488)) & capability(probe, 0x489));
  const auto revision = static_cast<uint32_t>(capability(probe, kVmxBasic)) & 0x7fffffff;
  vmxon_region.words[0] = revision;
  vmcs_region.words[0] = revision;
  if (!vmxon(address_of(&vmxon_region))) return false;
  if (!vmclear(address_of(&vmcs_region)) || !vmptrld(address_of(&vmcs_region))) return false;
  set(kExitControls, allowed(probe, 0x483, 0x48f), kHost64 | kAcknowledge | kSaveLoadEfer | kLoadHostCet);
  set_host();
  set_guest();
  clear_loadable();
  if (has_shadow_stacks(probe)) {
    constexpr uint64_t kZero[] = {kHostSCet, kHostSsp, kHostSspTable, kGuestSspTable, kGuestSsp};
    for (const uint64_t field : kZero) vmwrite(field, 0);
    write_msr(kUserCet, kShadowStackAndWrites);
  }
  mode = {};
  write_guest_mode(probe);
  launched = false;
  return true;
}

void leave_vmx() {
  vmclear(address_of(&vmcs_region));
  asm volatile("vmxoff" : : : "cc");
  write_cr4(read_cr<4>() & ~kCr4Vmxe);
}

Watchdog watchdog_of(const Probe& probe, const Case& asked) {
  const bool timer = (allowed(probe, 0x481, 0x48d) >> 32 & watchdog_controls(Watchdog::preemption_timer)) != 0;
  const bool other = !timer || (asked.flags & kOtherWatchdog) != 0;
  return other ? Watchdog::local_apic : Watchdog::preemption_timer;
}

bool set_controls(const Probe& probe, const Case& asked) {
  const auto wants = [&](uint64_t field) { return static_cast<uint32_t>(value_of(asked, field)); };
  const uint64_t tertiary = value_of(asked, kTertiaryControls);
  const uint32_t window = asked.act == Act::entry_only ? kInterruptWindowExiting : 0;
  set(kPinBasedControls, allowed(probe, 0x481, 0x48d),
      watchdog_controls(watchdog_of(probe, asked)) | wants(kPinBasedControls));
  set(kPrimaryControls, allowed(probe, 0x482, 0x48e), kHltExiting | kIoExiting | window | wants(kPrimaryControls));
  const bool has_tertiary = tertiary == 0 || (tertiary & ~capability(probe, 0x492)) == 0;
  if (has_tertiary && (capability(probe, 0x482) >> 49 & 1) != 0) vmwrite(kTertiaryControls, tertiary);
  const auto pin_may = static_cast<uint32_t>(allowed(probe, 0x481, 0x48d) >> 32);
  const auto primary_may = static_cast<uint32_t>(allowed(probe, 0x482, 0x48e) >> 32);
  return set(kSecondaryControls, capability(probe, 0x48b), wants(kSecondaryControls)) && has_tertiary &&
         (wants(kPinBasedControls) & ~pin_may) == 0 && ((window | wants(kPrimaryControls)) & ~primary_may) == 0;
}

bool set_guest_mode(const Probe& probe, const GuestMode& wanted) {
  if (wanted.shadow_stack && !has_shadow_stacks(probe)) return false;
  if (wanted.pae == mode.pae && wanted.shadow_stack == mode.shadow_stack && wanted.user == mode.user) return true;
  mode = wanted;
  write_guest_mode(probe);
  return true;
}

Entered enter_once(GuestRegisters& registers, uint32_t& reason) {
  switch (enter_guest(&registers, launched ? 1 : 0)) {
    case 0: break;
    case 1: return Entered::vm_fail_invalid;
    default: return Entered::vm_fail_valid;
  }
  reason = static_cast<uint32_t>(vmread(kExitReason));
  // A VM entry that failed while it loaded the guest leaves the launch state as it was.
  if ((reason & 0x80000000) == 0) launched = true;
  return Entered::exit;
}

Entered run_guest(const Probe& probe, const Case& asked, GuestRegisters& registers) {
  const Watchdog watchdog = watchdog_of(probe, asked);
  arm_watchdog(watchdog, capability(probe, 0x485) & 31);
  uint32_t reason = 0;
  Entered entered{};
  do {
    entered = enter_once(registers, reason);
  } while (entered == Entered::exit && go_on_after_interrupt(watchdog, reason));
  return entered;
}

void invalidate_mappings(const Probe& probe, uint64_t eptp) {
  const uint64_t ept = capability(probe, 0x48c);
  if ((ept >> 26 & 1) != 0) {
    invept(2, 0);
  } else if ((ept >> 25 & 1) != 0) {
    invept(1, eptp);
  }
}

}  // namespace image
