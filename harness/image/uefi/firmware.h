// The firmware as an application sees it. Its services may be called in its own world only (world.h).
#pragma once

extern "C" {
#include <efi.h>
}

#include <cstdint>

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

}  // namespace image
