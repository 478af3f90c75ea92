#include "harness/metal/windows.h"

#include <algorithm>

#include "ept_model.h"

namespace harness {

namespace {

constexpr std::uint64_t kReach = std::uint64_t{4} << 30;  // the image maps so much of its own memory

// Of so many bytes from `base`, those that are free memory.
std::uint64_t free_bytes(const Machine& machine, std::uint64_t base, std::uint64_t size) {
  std::uint64_t bytes = 0;
  for (const image::MemoryRange& range : machine.memory) {
    const std::uint64_t from = std::max(base, range.base);
    const std::uint64_t to = std::min({base + size, range.base + range.size, kReach});
    if (to > from) bytes += to - from;
  }
  return bytes;
}

}  // namespace

bool is_memory(const Machine& machine, std::uint64_t address) {
  return address < kReach && std::any_of(machine.memory.begin(), machine.memory.end(), [&](const auto& range) {
           return address >= range.base && address - range.base < range.size;
         });
}

std::uint64_t width_mask(const Machine& machine) { return (std::uint64_t{1} << machine.maxphyaddr) - 1; }

void choose_windows(Machine& machine) {
  if (free_bytes(machine, machine.tables, kTablesEnd) < kTablesEnd) {
    for (const image::MemoryRange& range : machine.memory) {
      const std::uint64_t base = (range.base + kTablesEnd - 1) / kTablesEnd * kTablesEnd;
      if (free_bytes(machine, base, kTablesEnd) == kTablesEnd) machine.tables = base;
    }
  }
  for (std::uint64_t base = kPagesBegin; base < kReach; base += kPagesBegin) {
    if (free_bytes(machine, base, kPagesBegin) > free_bytes(machine, machine.pages, kPagesBegin)) machine.pages = base;
  }
}

void take_path(Path path, bool has_device, Machine& machine) {
  machine.path = path;
  machine.has_device = has_device;
  if (path != Path::device || !has_device) return;
  machine.pages = image::device_behind(machine.pages);
  machine.memory.push_back({machine.pages, kPagesEnd - kPagesBegin});
}

std::uint64_t relocated(const Machine& machine, std::uint64_t address) {
  const std::uint64_t low = address & width_mask(machine);
  if (low >= kTablesBegin && low < kTablesEnd) return address + machine.tables;
  if (low >= kPagesBegin && low < kPagesEnd) return address - kPagesBegin + machine.pages;
  return address;
}

std::uint64_t symbolic(const Machine& machine, std::uint64_t address) {
  if (address - machine.tables < kTablesEnd) return address - machine.tables;
  if (address - machine.pages < kPagesEnd - kPagesBegin) return address - machine.pages + kPagesBegin;
  return address;
}

std::uint64_t relocated_entry(const Machine& machine, std::uint64_t entry) {
  const std::uint64_t address = entry & EPT_ENTRY_ADDRESS;
  return entry - address + relocated(machine, address);
}

}  // namespace harness
