#include "harness/image/console.h"
#include "harness/image/cpu.h"
#include "harness/image/support.h"
#include "harness/image/traps.h"
#include "harness/image/vmx.h"

namespace image {

namespace {

constexpr uint32_t kFeatureControl = 0x3a;
constexpr uint64_t kLocked = 1;
constexpr uint64_t kVmxOutsideSmx = 4;

struct Reading {
  uint32_t msr;
  uint64_t value;
};
void read(void* argument) {
  auto& reading = *static_cast<Reading*>(argument);
  reading.value = read_msr(reading.msr);
}
void enable_vmx(void* argument) {
  auto& probe = *static_cast<Probe*>(argument);
  probe.feature_control = read_msr(kFeatureControl);
  if ((probe.feature_control & kLocked) == 0) {
    write_msr(kFeatureControl, probe.feature_control | kLocked | kVmxOutsideSmx);
    probe.feature_control = read_msr(kFeatureControl);
  }
}

void name_processor(Probe& probe) {
  auto* text = reinterpret_cast<uint32_t*>(probe.brand);
  for (uint32_t leaf = 0; leaf < 3 && cpuid(0x80000000).a >= 0x80000004; ++leaf) {
    const Cpuid part = cpuid(0x80000002 + leaf);
    *text++ = part.a;
    *text++ = part.b;
    *text++ = part.c;
    *text++ = part.d;
  }
  const Cpuid family = cpuid(1);
  probe.signature = family.a;
  probe.hypervisor = family.c >> 31;
  if (probe.hypervisor != 0) {
    const Cpuid name = cpuid(0x40000000);
    memcpy(probe.hypervisor_name, &name.b, 12);
  }
  probe.maxphyaddr = cpuid(0x80000000).a >= 0x80000008 ? cpuid(0x80000008).a & 0xff : 36;
}

// Which of the MSRs exist follows from those before them; one that is promised and missing is left out.
bool promised(const Probe& probe, uint32_t msr) {
  const uint64_t primary = capability(probe, 0x482);
  switch (msr) {
    case 0x48b: return (primary >> 63) != 0;
    case 0x48c: return (capability(probe, 0x48b) >> 32 & 0x22) != 0;
    case 0x48d:
    case 0x48e:
    case 0x48f:
    case 0x490: return (capability(probe, kVmxBasic) >> 55 & 1) != 0;
    case 0x491: return (capability(probe, 0x48b) >> 45 & 1) != 0;
    case 0x492: return (primary >> 49 & 1) != 0;
    case 0x493: return (capability(probe, 0x483) >> 63) != 0;
    default: return true;
  }
}

Obstacle obstacle(Probe& probe) {
  if ((cpuid(1).c >> 5 & 1) == 0) return Obstacle::no_vmx;
  if (guarded(enable_vmx, &probe) == 0 && (probe.feature_control & kVmxOutsideSmx) == 0) {
    return Obstacle::vmx_locked_off;
  }
  for (uint32_t n = 0; n < kVmxMsrs; ++n) {
    Reading reading{kVmxBasic + n, 0};
    if (!promised(probe, reading.msr) || guarded(read, &reading) != 0) continue;
    probe.msr[n] = reading.value;
    probe.msr_present |= uint64_t{1} << n;
  }
  if ((capability(probe, 0x482) >> 63) == 0) return Obstacle::no_secondary_controls;
  if ((capability(probe, 0x48b) >> 33 & 1) == 0) return Obstacle::no_ept;
  return Obstacle::none;
}

const char* text_of(Obstacle obstacle) {
  switch (obstacle) {
    case Obstacle::none: return "VMX and EPT are there";
    case Obstacle::no_vmx: return "this processor has no VMX";
    case Obstacle::vmx_locked_off: return "VMX is switched off and locked by the firmware";
    case Obstacle::no_secondary_controls: return "this processor has no secondary controls, so no EPT";
    case Obstacle::no_ept: return "this processor has no EPT";
    case Obstacle::bad_cases: return "the cases are damaged or of another version";
    case Obstacle::vmxon_failed: return "VMXON failed";
    case Obstacle::no_cases: return "there are no cases";
    case Obstacle::no_memory: return "the cases need memory that is not free here";
  }
  return "";
}

}  // namespace

void examine_machine(Probe& probe) {
  memset(&probe, 0, sizeof(probe));
  probe.magic = kProbeMagic;
  probe.version = kWireVersion;
  name_processor(probe);
  probe.obstacle = obstacle(probe);
}

void print_machine(const Probe& probe) {
  print("eptspec image: ");
  print(probe.brand);
  print("\nMAXPHYADDR ");
  print_number(probe.maxphyaddr);
  print(", IA32_FEATURE_CONTROL ");
  print_hex(probe.feature_control);
  for (uint32_t n = 0; n < kVmxMsrs; ++n) {
    if ((probe.msr_present >> n & 1) == 0) continue;
    print(n % 3 == 0 ? "\n" : "  ");
    print_hex(kVmxBasic + n);
    print(" = ");
    print_hex(probe.msr[n]);
  }
  print("\n");
  print(text_of(probe.obstacle));
  if (probe.obstacle == Obstacle::no_memory) {
    print(": ");
    print_hex(probe.missing);
  }
  print("\n");
}

}  // namespace image
