#include "harness/boot/media.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/boot/serial_line.h"
#include "harness/image/wire.h"
#include "harness/metal/blob.h"
#include "harness/metal/open_machine.h"
#include "harness/support/program.h"
#include "vectors/format/file.h"

namespace harness {

namespace {

constexpr std::size_t kSector = 512;
constexpr std::size_t kLoaderSectors = 8;
constexpr std::string_view kMark = "EPTSDISK";
constexpr std::size_t kMarkPlace = 0x198;  // in the boot sector, see image/boot.S
constexpr std::size_t kPartition = 0x1be;

constexpr const char* kMenu = R"menu(set timeout={}
set default={}
menuentry "eptspec (multiboot 2)" {{
  multiboot2 /boot/eptspec.elf
  module2 /boot/cases
}}
menuentry "eptspec (multiboot 1)" {{
  multiboot /boot/eptspec.elf
  module /boot/cases
}}
)menu";
constexpr std::size_t kCylinder = std::size_t{16} * 63 * kSector;  // an emulator wants whole ones

std::size_t padded(std::size_t size, std::size_t unit) { return (size + unit - 1) / unit * unit; }

// Sectors, as the boot sector holds them.
struct Place {
  std::uint32_t first;
  std::uint32_t count;
};
struct Places {
  Place image, cases, results;
};

// Some BIOSes boot a stick only when it has an active partition: one of no file system, behind the boot sector.
struct Partition {
  std::uint8_t active;
  std::array<std::uint8_t, 3> first_by_heads;
  std::uint8_t type;
  std::array<std::uint8_t, 3> last_by_heads;
  std::uint32_t first, count;
};
static_assert(sizeof(Partition) == 16);

Place append(std::string& disk, const std::string& bytes) {
  const std::size_t first = disk.size() / kSector;
  disk += bytes;
  disk.resize(padded(disk.size(), kSector));
  return {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(disk.size() / kSector - first)};
}

// On our disk, of which these are the first bytes; else nothing.
std::optional<Place> place_of_results(std::string_view bytes) {
  if (bytes.size() < kSector || bytes.substr(kMarkPlace, kMark.size()) != kMark) return std::nullopt;
  Places places{};
  std::memcpy(&places, bytes.data() + kMarkPlace + kMark.size(), sizeof(places));
  return places.results;
}

}  // namespace

std::filesystem::path image_directory() {
  const char* const from_environment = std::getenv("EPTSPEC_IMAGE");
  return from_environment != nullptr ? from_environment : EPTSPEC_IMAGE_DIRECTORY;
}

std::string image_part(const char* name) {
  std::string bytes = contents_of(image_directory() / name);
  if (bytes.empty()) throw std::runtime_error((image_directory() / name).string() + ": cannot be read");
  return bytes;
}

void write_disk(const std::filesystem::path& path, const std::string& blob, std::size_t results) {
  std::string disk = image_part("boot.bin");
  if (disk.size() != kLoaderSectors * kSector) throw std::runtime_error("the boot sector has a wrong size");
  Places places{};
  places.image = append(disk, image_part("image.bin"));
  places.cases = append(disk, blob);
  places.results = append(disk, std::string(results, '\0'));
  disk.resize(padded(disk.size(), kCylinder));
  std::memcpy(disk.data() + kMarkPlace + kMark.size(), &places, sizeof(places));
  const Partition all{0x80, {}, 0xda, {}, 1, static_cast<std::uint32_t>(disk.size() / kSector - 1)};
  std::memcpy(disk.data() + kPartition, &all, sizeof(all));
  vectors::write_file(path, disk);
}

void write_iso(const std::filesystem::path& path, const std::string& blob, IsoEntry entry) {
  const WorkDirectory work("iso");
  const std::filesystem::path boot = work.path() / "tree" / "boot";
  std::filesystem::create_directories(boot / "grub");
  vectors::write_file(boot / "eptspec.elf", image_part("eptspec.elf"));
  vectors::write_file(boot / "cases", blob);
  vectors::write_file(boot / "grub" / "grub.cfg",
                      fmt::format(kMenu, entry == IsoEntry::menu ? 5 : 0, entry == IsoEntry::multiboot1 ? 1 : 0));
  demand("grub-mkrescue", "the packages grub-common, grub-pc-bin and xorriso");
  run_program({"grub-mkrescue", "--output=image", "--install-modules=multiboot multiboot2 normal",
               "--fonts=", "--themes=", "--locales=", "--directory=/usr/lib/grub/i386-pc", "tree"},
              work.path());
  vectors::write_file(path, contents_of(work.path() / "image"));
}

std::string results_in(std::string_view bytes) {
  if (const auto place = place_of_results(bytes)) {
    const std::size_t begin = std::min(bytes.size(), std::size_t{place->first} * kSector);
    return std::string(bytes.substr(begin, std::size_t{place->count} * kSector));
  }
  std::uint64_t first = 0;
  if (bytes.size() >= sizeof(first)) std::memcpy(&first, bytes.data(), sizeof(first));
  return first == image::kProbeMagic ? std::string(bytes) : results_in_frames(bytes);
}

std::string read_results_in(const std::filesystem::path& path) {
  std::error_code none;
  if (std::filesystem::is_regular_file(path, none) || std::filesystem::is_block_file(path, none)) {
    if (const auto place = place_of_results(contents_of(path, 0, kSector))) {
      const std::size_t count =
          std::min<std::size_t>(place->count * kSector, image::results_size(kMostCases, image::kMostWords));
      return contents_of(path, place->first * kSector, count);
    }
  }
  return results_in(
      vectors::read_file(path, "a disk that eptspec media wrote, a file of results, or what came over a serial line"));
}

}  // namespace harness
