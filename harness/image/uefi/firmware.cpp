#include "harness/image/uefi/firmware.h"

#include "harness/image/console.h"
#include "harness/image/support.h"

namespace image {

namespace {

// What is printed in the image's own world has to wait until it can be shown.
constexpr unsigned kRoom = 8192;
CHAR16 waiting[kRoom + 1];
unsigned waiting_count = 0;

constexpr uint64_t kPage = 4096;
constexpr uint64_t kReach = 1ull << 32;
uint64_t claimed[kReach / kPage / 64];  // a bit for each page

uint64_t pages_in(uint64_t size) { return (size + kPage - 1) / kPage; }

// The smallest range makes way.
void add(Boot& boot, const MemoryRange& range) {
  if (boot.range_count != 0) {
    MemoryRange& last = boot.ranges[boot.range_count - 1];
    if (last.base + last.size == range.base) {
      last.size += range.size;
      return;
    }
  }
  if (boot.range_count == kMaxRanges) {
    uint32_t smallest = 0;
    for (uint32_t n = 1; n < kMaxRanges; ++n) {
      if (boot.ranges[n].size < boot.ranges[smallest].size) smallest = n;
    }
    if (boot.ranges[smallest].size >= range.size) return;
    for (uint32_t n = smallest; n + 1 < kMaxRanges; ++n) boot.ranges[n] = boot.ranges[n + 1];
    --boot.range_count;
  }
  boot.ranges[boot.range_count++] = range;
}

constexpr uint64_t kReadAndWrite = EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE;

EFI_FILE_HANDLE open(EFI_FILE_HANDLE medium, const char16_t* path, uint64_t mode, uint64_t attributes = 0) {
  if (medium == nullptr) return nullptr;
  auto* name = reinterpret_cast<CHAR16*>(const_cast<char16_t*>(path));
  EFI_FILE_HANDLE file = nullptr;
  return medium->Open(medium, &file, name, mode, attributes) == EFI_SUCCESS ? file : nullptr;
}

}  // namespace

void put_on_screen(char c) {
  if (waiting_count + 2 > kRoom) return;
  if (c == '\n') waiting[waiting_count++] = '\r';
  waiting[waiting_count++] = static_cast<uint8_t>(c);
}

void show_screen() {
  waiting[waiting_count] = 0;
  waiting_count = 0;
  if (firmware->ConOut != nullptr) firmware->ConOut->OutputString(firmware->ConOut, waiting);
}

void read_memory_map(Boot& boot) {
  UINTN size = 0;
  UINTN key = 0;
  UINTN step = 0;
  UINT32 version = 0;
  services().GetMemoryMap(&size, nullptr, &key, &step, &version);
  size += 16 * step;  // allocating makes the map longer
  void* pool = nullptr;
  if (services().AllocatePool(EfiLoaderData, size, &pool) != EFI_SUCCESS) return;
  auto* map = static_cast<EFI_MEMORY_DESCRIPTOR*>(pool);
  if (services().GetMemoryMap(&size, map, &key, &step, &version) == EFI_SUCCESS) {
    for (uint64_t at = address_of(pool); at + step <= address_of(pool) + size; at += step) {
      const auto& one = *reinterpret_cast<const EFI_MEMORY_DESCRIPTOR*>(at);
      if (one.Type == EfiConventionalMemory) add(boot, {one.PhysicalStart, one.NumberOfPages * kPage});
    }
  }
  services().FreePool(pool);
}

uint8_t* allocate(uint64_t size) {
  EFI_PHYSICAL_ADDRESS at = kReach - 1;
  const EFI_STATUS status = services().AllocatePages(AllocateMaxAddress, EfiLoaderData, pages_in(size), &at);
  return status == EFI_SUCCESS ? reinterpret_cast<uint8_t*>(at) : nullptr;
}

void release(uint8_t* memory, uint64_t size) {
  if (memory != nullptr) services().FreePages(address_of(memory), pages_in(size));
}

bool claim(uint64_t address) {
  if (address >= kReach) return false;
  const uint64_t page = address / kPage;
  const uint64_t bit = 1ull << page % 64;
  if ((claimed[page / 64] & bit) != 0) return true;
  EFI_PHYSICAL_ADDRESS at = page * kPage;
  if (services().AllocatePages(AllocateAddress, EfiLoaderData, 1, &at) != EFI_SUCCESS) return false;
  claimed[page / 64] |= bit;
  return true;
}

void release_claimed() {
  for (uint64_t page = 0; page < kReach / kPage; ++page) {
    if ((claimed[page / 64] >> page % 64 & 1) != 0) services().FreePages(page * kPage, 1);
    claimed[page / 64] &= ~(1ull << page % 64);
  }
}

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
