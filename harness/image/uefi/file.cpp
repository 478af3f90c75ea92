#include "harness/image/uefi/firmware.h"

namespace image {

namespace {

constexpr uint64_t kReadAndWrite = EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE;

EFI_FILE_HANDLE open(EFI_FILE_HANDLE medium, const char16_t* path, uint64_t mode, uint64_t attributes = 0) {
  if (medium == nullptr) return nullptr;
  auto* name = reinterpret_cast<CHAR16*>(const_cast<char16_t*>(path));
  EFI_FILE_HANDLE file = nullptr;
  return medium->Open(medium, &file, name, mode, attributes) == EFI_SUCCESS ? file : nullptr;
}

}  // namespace

EFI_FILE_HANDLE open_medium() {
  auto* loaded = protocol_of<EFI_LOADED_IMAGE>(application, LOADED_IMAGE_PROTOCOL);
  if (loaded == nullptr || loaded->DeviceHandle == nullptr) return nullptr;
  auto* system = protocol_of<EFI_FILE_IO_INTERFACE>(loaded->DeviceHandle, SIMPLE_FILE_SYSTEM_PROTOCOL);
  EFI_FILE_HANDLE medium = nullptr;
  if (system == nullptr || system->OpenVolume(system, &medium) != EFI_SUCCESS) return nullptr;
  return medium;
}

EFI_FILE_HANDLE open_file(EFI_FILE_HANDLE medium, const char16_t* path) {
  EFI_FILE_HANDLE file = open(medium, path, kReadAndWrite);
  return file != nullptr ? file : open(medium, path, EFI_FILE_MODE_READ);
}

EFI_FILE_HANDLE create_file(EFI_FILE_HANDLE medium, const char16_t* directory, const char16_t* path) {
  EFI_FILE_HANDLE old = open(medium, path, kReadAndWrite);
  if (old != nullptr) old->Delete(old);  // closes it
  EFI_FILE_HANDLE parent = open(medium, directory, kReadAndWrite | EFI_FILE_MODE_CREATE, EFI_FILE_DIRECTORY);
  if (parent != nullptr) parent->Close(parent);
  return open(medium, path, kReadAndWrite | EFI_FILE_MODE_CREATE);
}

uint64_t size_of(EFI_FILE_HANDLE file) {
  uint64_t size = 0;
  const bool known = file->SetPosition(file, ~0ull) == EFI_SUCCESS && file->GetPosition(file, &size) == EFI_SUCCESS;
  return known ? size : 0;
}

bool read_file(EFI_FILE_HANDLE file, uint64_t offset, void* to, uint64_t size) {
  UINTN read = size;
  return file->SetPosition(file, offset) == EFI_SUCCESS && file->Read(file, &read, to) == EFI_SUCCESS && read == size;
}

bool write_file(EFI_FILE_HANDLE file, uint64_t offset, const void* from, uint64_t size) {
  UINTN written = size;
  return file->SetPosition(file, offset) == EFI_SUCCESS &&
         file->Write(file, &written, const_cast<void*>(from)) == EFI_SUCCESS && written == size &&
         file->Flush(file) == EFI_SUCCESS;
}

}  // namespace image
