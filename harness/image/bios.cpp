// The image as BIOS and multiboot loaders start it (entry.S). Booted by our own boot sector (boot.S), cases and earlier
// results are in memory, and results are saved to the disk by way of the BIOS.
#include "harness/image/boot.h"
#include "harness/image/console.h"
#include "harness/image/cpu.h"
#include "harness/image/multiboot.h"
#include "harness/image/support.h"
#include "harness/image/traps.h"

extern "C" uint8_t image_begin[];  // image.ld
extern "C" uint8_t zero_end[];

namespace image {

namespace {

constexpr uint64_t kSector = 512;

// What boot.S says. All are physical addresses but for the numbers.
struct DiskBoot {
  uint32_t cases;
  uint32_t ranges;
  uint32_t range_count;
  uint32_t results;        // those that were on the disk
  uint32_t results_place;  // in the boot sector: first sector and number of sectors
  uint32_t write_sectors;
  uint32_t buffer;  // below 1 MByte
  uint32_t buffer_sectors;
};
struct Place {
  uint32_t first;
  uint32_t count;
};
struct [[gnu::packed]] BiosRange {
  uint64_t base;
  uint64_t size;
  uint32_t type;
  uint32_t attributes;
};

const DiskBoot* disk = nullptr;

bool write(uint32_t sector, uint32_t count, const uint8_t* from) {
  memcpy(reinterpret_cast<void*>(uint64_t{disk->buffer}), from, count * kSector);
  const auto write_sectors = reinterpret_cast<uint32_t (*)(uint32_t, uint32_t)>(uint64_t{disk->write_sectors});
  const bool written = write_sectors(sector, count) == 0;
  set_up_traps();  // the BIOS may have loaded a task register of its own
  return written;
}

bool save(const uint8_t* results, uint64_t offset, uint64_t size) {
  const auto& place = at<Place>(disk->results_place);
  const auto end = static_cast<uint32_t>((offset + size + kSector - 1) / kSector);
  if (end > place.count) return false;
  for (auto sector = static_cast<uint32_t>(offset / kSector); sector < end;) {
    const uint32_t count = end - sector < disk->buffer_sectors ? end - sector : disk->buffer_sectors;
    if (!write(place.first + sector, count, results + sector * kSector)) return false;
    sector += count;
  }
  return true;
}

void read_disk_boot(uint64_t from, Boot& boot) {
  disk = &at<DiskBoot>(from);
  boot.cases = &at<CasesHeader>(disk->cases);
  for (uint32_t n = 0; n < disk->range_count; ++n) {
    const auto& range = at<BiosRange>(disk->ranges + n * sizeof(BiosRange));
    add_range(boot, range.base, range.size, range.type);
  }
  if (at<Place>(disk->results_place).count == 0) return;
  boot.results = reinterpret_cast<uint8_t*>(uint64_t{disk->results});
  boot.earlier = true;
  boot.save = save;
}

// Whoever booted the image, it takes the first MByte as its own.
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

// The text screen that a BIOS leaves.
constexpr unsigned kColumns = 80;
constexpr unsigned kRows = 25;
constexpr uint16_t kBlank = 0x0720;

volatile uint16_t* const kScreen = reinterpret_cast<volatile uint16_t*>(0xb8000);
unsigned next = 0;  // place
bool cleared = false;

void scroll() {
  for (unsigned n = 0; n < kColumns * (kRows - 1); ++n) kScreen[n] = kScreen[n + kColumns];
  for (unsigned n = kColumns * (kRows - 1); n < kColumns * kRows; ++n) kScreen[n] = kBlank;
  next -= kColumns;
}

}  // namespace

void put_on_screen(char c) {
  for (unsigned n = 0; n < kColumns * kRows && !cleared; ++n) kScreen[n] = kBlank;
  cleared = true;
  if (c == '\n') {
    next += kColumns - next % kColumns;
  } else if (c != '\r') {
    kScreen[next++] = static_cast<uint16_t>(0x0700 | static_cast<uint8_t>(c));
  }
  if (next >= kColumns * kRows) scroll();
}

}  // namespace image

extern "C" void image_main(uint32_t loader, uint64_t from) {
  image::run_session(image::boot_of(loader, from));
  image::flush_console();
  image::break_to_emulator();
}
