// The firmware as an application sees it: its screen, its memory, all of which goes back in the end, and the files of
// the medium that the application was started from. Its services may be called in its own world only (world.h). Tests:
// tests/harness/boot/uefi_test.py.
#pragma once

extern "C" {
#include <efi.h>
}

#include "harness/image/boot.h"

namespace image {

// Set once, when the application starts.
extern EFI_HANDLE application;
extern EFI_SYSTEM_TABLE* firmware;

inline EFI_BOOT_SERVICES& services() { return *firmware->BootServices; }

template <class T>
T* protocol_of(EFI_HANDLE handle, EFI_GUID guid) {
  void* found = nullptr;
  const EFI_STATUS status = services().HandleProtocol(handle, &guid, &found);
  return status == EFI_SUCCESS ? static_cast<T*>(found) : nullptr;
}

// Puts on the firmware's screen what was printed since (console.h).
void show_screen();

// Free ranges, the largest that there is room for.
void read_memory_map(Boot& boot);

// Memory below 4 GBytes; null when there is none.
uint8_t* allocate(uint64_t size);
void release(uint8_t* memory, uint64_t size);

// The page of this address, to be written by cases. False when the firmware does not give it away.
bool claim(uint64_t address);
void release_claimed();

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
