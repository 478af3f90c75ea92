#include "harness/media.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace harness {

namespace {

constexpr std::size_t kSector = 512;
constexpr std::size_t kLoaderSectors = 8;
constexpr std::size_t kPlaces = 0x1a0;                             // in the boot sector, see image/boot.S
constexpr std::size_t kCylinder = std::size_t{16} * 63 * kSector;  // an emulator wants whole ones

std::string contents_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path.string() + ": cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t padded(std::size_t size, std::size_t unit) { return (size + unit - 1) / unit * unit; }

}  // namespace

std::filesystem::path image_directory() {
  const char* const from_environment = std::getenv("EPTSPEC_IMAGE");
  return from_environment != nullptr ? from_environment : EPTSPEC_IMAGE_DIRECTORY;
}

void write_disk(const std::filesystem::path& path, const std::string& blob) {
  std::string disk = contents_of(image_directory() / "boot.bin");
  const std::string image = contents_of(image_directory() / "image.bin");
  if (disk.size() != kLoaderSectors * kSector) throw std::runtime_error("the boot sector has a wrong size");
  const auto image_sectors = static_cast<std::uint32_t>(padded(image.size(), kSector) / kSector);
  const std::array<std::uint32_t, 4> places = {static_cast<std::uint32_t>(kLoaderSectors), image_sectors,
                                               static_cast<std::uint32_t>(kLoaderSectors + image_sectors),
                                               static_cast<std::uint32_t>(padded(blob.size(), kSector) / kSector)};
  std::memcpy(disk.data() + kPlaces, places.data(), sizeof(places));
  disk += image;
  disk.resize(padded(disk.size(), kSector));
  disk += blob;
  disk.resize(padded(disk.size(), kCylinder));
  std::ofstream out(path, std::ios::binary);
  out << disk;
  out.close();
  if (!out) throw std::runtime_error(path.string() + ": cannot be written");
}

}  // namespace harness
