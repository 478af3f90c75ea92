// Media that boot the image. Tests: the runs of Bochs in tests/harness/boot.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace harness {

// Where the build leaves the image; the environment's EPTSPEC_IMAGE comes first.
std::filesystem::path image_directory();
std::string image_part(const char* name);  // throws std::runtime_error when it is not there

// Writes a raw disk that boots the image with these cases (metal/blob.h), with room for so many bytes of results that
// are to outlast a reset; 0: results stay in memory. Throws std::runtime_error.
void write_disk(const std::filesystem::path& path, const std::string& blob, std::size_t results = 0);

// Writes a CD image on which GRUB boots the image with these cases as module. Throws std::runtime_error, also when
// grub-mkrescue is missing or fails.
enum class IsoEntry { menu, multiboot2, multiboot1 };
void write_iso(const std::filesystem::path& path, const std::string& blob, IsoEntry entry);

// Writes the application and these cases (metal/blob.h): into `out` if that is a directory, as of a stick that is
// mounted; else as a disk with one FAT partition and room for so many bytes of results. Throws std::runtime_error, also
// when mtools are missing or fail.
void write_efi(const std::filesystem::path& out, const std::string& blob, std::size_t results);

// Results as they lay in the machine's memory, from the bytes of what they left it by: such a disk, what came over a
// serial line, or a file that holds nothing else.
std::string results_in(std::string_view bytes);

// The same of a file or a device, of which no more is read than the results may be. Throws std::runtime_error with one
// line.
std::string read_results_in(const std::filesystem::path& path);

}  // namespace harness
