// Instructions that C++ has no words for. Freestanding; one line each.
#pragma once

#include <cstdint>

namespace image {

struct Cpuid {
  uint32_t a, b, c, d;
};
inline Cpuid cpuid(uint32_t leaf, uint32_t subleaf = 0) {
  Cpuid r{};
  asm volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(subleaf));
  return r;
}

inline uint64_t read_msr(uint32_t msr) {
  uint32_t low = 0;
  uint32_t high = 0;
  asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
  return uint64_t{high} << 32 | low;
}
inline void write_msr(uint32_t msr, uint64_t value) {
  asm volatile("wrmsr" : : "c"(msr), "a"(static_cast<uint32_t>(value)), "d"(static_cast<uint32_t>(value >> 32)));
}

inline void out_byte(uint16_t port, uint8_t value) { asm volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }
inline uint8_t in_byte(uint16_t port) {
  uint8_t value = 0;
  asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

// What LGDT, LIDT, SGDT and SIDT take and give.
struct [[gnu::packed]] TablePointer {
  uint16_t limit;
  uint64_t base;
};

template <int n>
uint64_t read_cr() {
  uint64_t value = 0;
  if constexpr (n == 0) asm volatile("mov %%cr0, %0" : "=r"(value));
  if constexpr (n == 3) asm volatile("mov %%cr3, %0" : "=r"(value));
  if constexpr (n == 4) asm volatile("mov %%cr4, %0" : "=r"(value));
  return value;
}
inline void write_cr0(uint64_t value) { asm volatile("mov %0, %%cr0" : : "r"(value) : "memory"); }
inline void write_cr3(uint64_t value) { asm volatile("mov %0, %%cr3" : : "r"(value) : "memory"); }
inline void write_cr4(uint64_t value) { asm volatile("mov %0, %%cr4" : : "r"(value) : "memory"); }

inline uint64_t cycles() {
  uint32_t low = 0;
  uint32_t high = 0;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  return uint64_t{high} << 32 | low;
}

inline uint32_t crc32c_step(uint32_t crc, uint64_t word) {
  uint64_t wide = crc;
  asm("crc32q %1, %0" : "+r"(wide) : "r"(word));
  return static_cast<uint32_t>(wide);
}

// Ends a run under Bochs: with magic_break its debugger takes over.
inline void break_to_emulator() { asm volatile("xchgw %bx, %bx"); }

// Physical memory is mapped where it is, up to 4 GBytes.
inline volatile uint64_t& word_at(uint64_t address) { return *reinterpret_cast<volatile uint64_t*>(address); }

// VMX. Each of the first three gives whether it succeeded.
inline bool vmxon(uint64_t region) {
  bool ok = false;
  asm volatile("vmxon %1; seta %0" : "=r"(ok) : "m"(region) : "cc", "memory");
  return ok;
}
inline bool vmclear(uint64_t region) {
  bool ok = false;
  asm volatile("vmclear %1; seta %0" : "=r"(ok) : "m"(region) : "cc", "memory");
  return ok;
}
inline bool vmptrld(uint64_t region) {
  bool ok = false;
  asm volatile("vmptrld %1; seta %0" : "=r"(ok) : "m"(region) : "cc", "memory");
  return ok;
}
inline uint64_t vmread(uint64_t field) {
  uint64_t value = 0;
  asm volatile("vmread %1, %0" : "=r"(value) : "r"(field) : "cc");
  return value;
}
// False when there is no such field.
inline bool vmread_if(uint64_t field, uint64_t& value) {
  bool ok = false;
  asm volatile("vmread %2, %1; seta %0" : "=&r"(ok), "=&r"(value) : "r"(field) : "cc");
  return ok;
}
inline void vmwrite(uint64_t field, uint64_t value) {
  asm volatile("vmwrite %1, %0" : : "r"(field), "rm"(value) : "cc");
}
inline void invept(uint64_t type, uint64_t eptp) {
  const uint64_t descriptor[2] = {eptp, 0};
  asm volatile("invept %0, %1" : : "m"(descriptor), "r"(type) : "cc", "memory");
}

}  // namespace image
