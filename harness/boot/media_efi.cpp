// The medium that boots the image by UEFI.

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "harness/boot/media.h"
#include "harness/support/program.h"
#include "vectors/format/file.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSectorBytes = 512;
constexpr std::size_t kFirstSector = 2048;  // of the partition, in sectors
constexpr std::size_t kHeads = 255;         // of a disk in the terms of old BIOSes, as mformat wants them
constexpr std::size_t kTrack = 63;          // sectors
constexpr std::size_t kLeast = 64U << 20;   // bytes, so that it can be FAT32
constexpr std::size_t kSpare = 8U << 20;
constexpr std::uint8_t kFat32 =
    0x0c;  // partition type: every system shows it, and UEFI boots it from a removable medium

// Tables of partitions of a disk without a boot sector; heads and cylinders are left out.
std::string partition_table(std::size_t sectors) {
  std::string sector(kSectorBytes, '\0');
  const std::array<std::uint32_t, 4> entry = {0, kFat32, static_cast<std::uint32_t>(kFirstSector),
                                              static_cast<std::uint32_t>(sectors)};
  std::memcpy(sector.data() + 0x1be, entry.data(), sizeof(entry));
  sector[0x1fe] = '\x55';
  sector[0x1ff] = '\xaa';
  return sector;
}

void write_tree(const fs::path& directory, const std::string& blob) {
  const std::string application = image_part("bootx64.efi");
  fs::create_directories(directory / "EFI" / "BOOT");
  fs::create_directories(directory / "EPTSPEC");
  vectors::write_file(directory / "EFI" / "BOOT" / "BOOTX64.EFI", application);
  vectors::write_file(directory / "EPTSPEC" / "CASES.BIN", blob);
}

}  // namespace

void write_efi(const fs::path& out, const std::string& blob, std::size_t results) {
  if (fs::is_directory(out)) {
    write_tree(out, blob);
    return;
  }
  for (const char* const tool : {"mformat", "mcopy"}) demand(tool, "the package mtools");
  const WorkDirectory work("efi");
  write_tree(work.path(), blob);
  const std::size_t size = std::max(kLeast, blob.size() + results + kSpare);
  const std::size_t sectors = size / (kSectorBytes * kHeads * kTrack) * kHeads * kTrack;
  vectors::write_file(out, partition_table(sectors));
  fs::resize_file(out, (kFirstSector + sectors) * kSectorBytes);
  const std::string partition = fmt::format("{}@@{}", fs::absolute(out).string(), kFirstSector * kSectorBytes);
  run_program({"mformat", "-i", partition, "-F", "-T", std::to_string(sectors), "-h", std::to_string(kHeads), "-s",
               std::to_string(kTrack), "-H", std::to_string(kFirstSector), "-N", "45505453", "-v", "EPTSPEC", "::"},
              work.path());
  run_program({"mcopy", "-i", partition, "-s", "-Q", "EFI", "EPTSPEC", "::"}, work.path());
}

}  // namespace harness
