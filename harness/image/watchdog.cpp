#include "harness/image/cpu.h"
#include "harness/image/vmcs_fields.h"
#include "harness/image/vmx.h"

namespace image {

namespace {

constexpr uint32_t kExternalInterruptExiting = 1u << 0;
constexpr uint32_t kActivatePreemptionTimer = 1u << 6;
constexpr uint64_t kCycles = 50'000'000;

// Local APIC: Vol. 3A, chapter "Advanced Programmable Interrupt Controller".
constexpr uint32_t kApicBase = 0x1b;
constexpr uint64_t kX2Apic = 1u << 10;
constexpr uint32_t kEndOfInterrupt = 0xb0;
constexpr uint32_t kSpurious = 0xf0;
constexpr uint32_t kTimer = 0x320;
constexpr uint32_t kInitialCount = 0x380;
constexpr uint32_t kDivide = 0x3e0;
constexpr uint32_t kVector = 0xe0;
constexpr uint32_t kEnabled = 0x1ff;  // with the spurious vector FFH
constexpr uint32_t kBy16 = 3;
constexpr uint32_t kTicks = 1'000'000;  // 0.01 to 1 second
constexpr uint16_t kMasks[] = {0x21,
                               0xa1};  // of the two 8259 interrupt controllers, whose interrupts are nobody's here

uint64_t deadline = 0;

void write_apic(uint32_t offset, uint32_t value) {
  const uint64_t base = read_msr(kApicBase);
  if ((base & kX2Apic) != 0) return write_msr(0x800 + offset / 16, value);
  *reinterpret_cast<volatile uint32_t*>((base & 0xffffff000) + offset) = value;
}

void start_apic_timer() {
  for (const uint16_t port : kMasks) out_byte(port, 0xff);
  write_apic(kSpurious, kEnabled);
  write_apic(kDivide, kBy16);
  write_apic(kTimer, kVector);
  write_apic(kInitialCount, kTicks);
}

}  // namespace

uint32_t watchdog_controls(Watchdog watchdog) {
  return watchdog == Watchdog::preemption_timer ? kActivatePreemptionTimer : kExternalInterruptExiting;
}

void arm_watchdog(Watchdog watchdog, uint64_t rate) {
  if (watchdog == Watchdog::preemption_timer) {
    vmwrite(kPreemptionTimerValue, (kCycles >> rate) + 1);
    return;
  }
  deadline = cycles() + kCycles;
  start_apic_timer();
}

bool go_on_after_interrupt(Watchdog watchdog, uint32_t reason) {
  if (watchdog != Watchdog::local_apic) return false;
  const bool interrupted = reason == kReasonInterrupt;
  if (interrupted) write_apic(kEndOfInterrupt, 0);
  // An interrupt may be left from a case before.
  const bool time_left = cycles() < deadline;
  write_apic(kInitialCount, interrupted && time_left ? kTicks : 0);
  return interrupted && time_left;
}

}  // namespace image
