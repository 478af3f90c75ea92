// The image as BIOS and multiboot loaders start it (entry.S).
#include "harness/image/boot.h"
#include "harness/image/console.h"
#include "harness/image/cpu.h"
#include "harness/image/multiboot.h"
#include "harness/image/support.h"

extern "C" uint8_t image_begin[];  // image.ld
extern "C" uint8_t zero_end[];

namespace image {

namespace {

// Whoever he is, the image takes the first MByte for his.
constexpr uint64_t kLowMemory = 0x100000;

Boot boot_of(uint32_t loader, uint64_t from) {
  Boot boot{};
  if (loader == EPTSPEC_LOADER) read_disk_boot(from, boot);
  if (loader == MULTIBOOT1_LOADER) read_multiboot1(from, boot);
  if (loader == MULTIBOOT2_LOADER) read_multiboot2(from, boot);
  take_away(boot, 0, kLowMemory);
  take_away(boot, address_of(image_begin), address_of(zero_end) - address_of(image_begin));
  return boot;
}

}  // namespace

}  // namespace image

extern "C" void image_main(uint32_t loader, uint64_t from) {
  image::run_session(image::boot_of(loader, from));
  image::flush_console();
  image::break_to_emulator();
}
