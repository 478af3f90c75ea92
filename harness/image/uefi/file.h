// Files of the medium that the application was started from.
#pragma once

#include "harness/image/uefi/firmware.h"

namespace image {

// Null when the application was not started from a file system, as over the network.
EFI_FILE_HANDLE open_medium();

// Null when there is none.
EFI_FILE_HANDLE open_file(EFI_FILE_HANDLE medium, const char16_t* path);
// An empty one, and its directory where that is missing; null when the medium cannot be written.
EFI_FILE_HANDLE create_file(EFI_FILE_HANDLE medium, const char16_t* directory, const char16_t* path);

uint64_t size_of(EFI_FILE_HANDLE file);

// False when not all of it could be read, or be written and brought to the medium.
bool read_file(EFI_FILE_HANDLE file, uint64_t offset, void* to, uint64_t size);
bool write_file(EFI_FILE_HANDLE file, uint64_t offset, const void* from, uint64_t size);

}  // namespace image
