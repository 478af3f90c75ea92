// The medium that boots the image by UEFI. Tests: tests/harness/boot/uefi_test.py.
#pragma once

#include <filesystem>
#include <string>

namespace harness {

// Writes the application and these cases (metal/blob.h): into `out` if that is a directory, as of a stick that is
// mounted; else as a disk with one FAT partition and room for so many bytes of results. Throws std::runtime_error, also
// when mtools are missing or fail.
void write_efi(const std::filesystem::path& out, const std::string& blob, std::size_t results);

}  // namespace harness
