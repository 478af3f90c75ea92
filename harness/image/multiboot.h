// The little of the multiboot specifications, versions 1 (0.6.96) and 2 (2.0), that loader and image share.
#pragma once

#define MULTIBOOT1_HEADER 0x1badb002
#define MULTIBOOT1_FLAGS 0x10002 /* memory information; addresses in the header */
#define MULTIBOOT1_LOADER 0x2badb002
#define MULTIBOOT2_HEADER 0xe85250d6
#define MULTIBOOT2_LOADER 0x36d76289
#define EPTSPEC_LOADER 0x53545045 /* boot.S */

#ifndef __ASSEMBLER__
#include <cstdint>

namespace image {

struct Multiboot1 {
  uint32_t flags, memory_lower, memory_upper, boot_device, command_line, module_count, modules;
  uint32_t symbols[4];  // NOLINT(modernize-avoid-c-arrays): there is no library
  uint32_t map_size, map;
};
constexpr uint32_t kHasMemory = 1U << 0;
constexpr uint32_t kHasModules = 1U << 3;
constexpr uint32_t kHasMap = 1U << 6;
struct [[gnu::packed]] MapEntry {
  uint32_t size;  // of what follows it
  uint64_t base;
  uint64_t length;
  uint32_t type;
};
constexpr uint32_t kUsable = 1;  // of all memory maps that follow the BIOS

}  // namespace image
#endif
