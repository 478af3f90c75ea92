#include "harness/kvm/launcher/link.h"

#include <sys/io.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <ctime>

#include "harness/image/wire.h"
#include "harness/kvm/launcher/system.h"

namespace kvm {

namespace {

// ATA, programmed input and output, 28-bit addresses; see the ATA-4 standard.
constexpr std::uint16_t kData = 0x1f0;
constexpr std::uint16_t kCount = 0x1f2;
constexpr std::uint16_t kAddress = 0x1f3;  // and the two behind
constexpr std::uint16_t kDevice = 0x1f6;
constexpr std::uint16_t kCommand = 0x1f7;
constexpr std::uint16_t kControl = 0x3f6;
constexpr std::uint8_t kNoInterrupt = 2;
constexpr std::uint8_t kSlaveByAddress = 0xf0;
constexpr std::uint8_t kReadSectors = 0x20;
constexpr std::uint8_t kBusy = 0x80;
constexpr std::uint8_t kRequest = 8;
constexpr std::uint8_t kError = 1;
constexpr std::size_t kAtOnce = 128;
constexpr std::uint16_t kEmulatorPort = 0xe9;

bool wait_for_data() {
  for (unsigned n = 0; n < 1000000; ++n) {
    const std::uint8_t status = inb(kCommand);
    if ((status & kBusy) != 0) continue;
    if ((status & kError) != 0) return false;
    if ((status & kRequest) != 0) return true;
  }
  return false;
}

bool read_sectors(std::size_t first, std::size_t count, char* to) {
  outb(kNoInterrupt, kControl);
  outb(static_cast<std::uint8_t>(kSlaveByAddress | (first >> 24 & 15)), kDevice);
  outb(static_cast<std::uint8_t>(count), kCount);
  for (std::uint16_t n = 0; n < 3; ++n) {
    outb(static_cast<std::uint8_t>(first >> 8 * n), static_cast<std::uint16_t>(kAddress + n));
  }
  outb(kReadSectors, kCommand);
  for (std::size_t n = 0; n < count; ++n, to += kSector) {
    if (!wait_for_data()) return false;
    insw(kData, to, kSector / 2);
  }
  return true;
}

bool read_disk(std::size_t first, char* to, std::size_t sectors) {
  while (sectors != 0) {
    const std::size_t count = sectors < kAtOnce ? sectors : kAtOnce;
    if (!read_sectors(first, count, to)) return false;
    first += count;
    to += count * kSector;
    sectors -= count;
  }
  return true;
}

bool read_input(char* to, std::size_t size) {
  while (size != 0) {
    const ssize_t got = read(STDIN_FILENO, to, size);
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

// `at` counts the sectors of this order that were read.
bool read_order(char* to, std::size_t sectors, std::size_t& at) {
  const bool good = emulated() ? read_disk(at, to, sectors) : read_input(to, sectors * kSector);
  at += sectors;
  return good;
}

bool take(std::string& text, std::uint64_t size, std::size_t& at) {
  const std::size_t sectors = (size + kSector - 1) / kSector;
  text.resize(sectors * kSector);
  if (!read_order(text.data(), sectors, at)) return false;
  text.resize(size);
  return true;
}

void write_out(std::string_view bytes) {
  if (emulated()) {
    outsb(kEmulatorPort, bytes.data(), bytes.size());
    return;
  }
  while (!bytes.empty()) {
    const ssize_t put = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (put <= 0) _exit(1);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

}  // namespace

bool open_line() { return !emulated() || iopl(3) == 0; }

bool next_job(std::uint32_t last, Job& job) {
  std::array<char, kSector> sector{};
  const timespec pause{0, 20'000'000};
  for (;;) {
    std::size_t at = 0;
    if (!read_order(sector.data(), 1, at)) return false;
    std::memcpy(&job.order, sector.data(), sizeof(Order));
    if (job.order.magic == kOrderMagic && job.order.sequence > last) {
      return take(job.image, job.order.image_size, at) && take(job.cases, job.order.cases_size, at);
    }
    if (!emulated()) return false;
    nanosleep(&pause, nullptr);
  }
}

void say(Say what, std::string_view payload) {
  std::uint32_t crc = ~0U;
  for (const char c : payload) crc = image::crc32c_byte(crc, static_cast<std::uint8_t>(c));
  const FrameHeader header{kFrameMagic, what, static_cast<std::uint32_t>(payload.size()), ~crc};
  write_out({reinterpret_cast<const char*>(&header), sizeof(header)});
  write_out(payload);
}

}  // namespace kvm
