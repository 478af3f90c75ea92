// The image as UEFI starts it: an application that reads its cases from the medium it was started from and leaves its
// results there. Everything in between is the session, as under BIOS.
#include "harness/image/console.h"
#include "harness/image/cpu.h"
#include "harness/image/support.h"
#include "harness/image/uefi/firmware.h"
#include "harness/image/uefi/world.h"
#include "harness/image/vmcs_fields.h"

namespace image {

EFI_HANDLE application;
EFI_SYSTEM_TABLE* firmware;

namespace {

constexpr const char16_t* kDirectory = u"EPTSPEC";
constexpr const char16_t* kCasesFile = u"EPTSPEC\\CASES.BIN";
constexpr const char16_t* kResultsFile = u"EPTSPEC\\RESULTS.BIN";
constexpr uint64_t kLowMemory = 0x100000;  // left to the firmware, as under BIOS
constexpr uint64_t kSecondsToRead = 10;

EFI_FILE_HANDLE results_file = nullptr;

// What a file of cases that is none looks like to the session.
const CasesHeader kDamaged{};

// The pages that the cases write; those that cannot be had are no free memory.
void claim_for(uint64_t address, Boot& boot) {
  if (!claim(address)) take_away(boot, address & ~0xfffull, 4096);
}

void claim_words(const Case& one, Boot& boot) {
  if (is_check(one.act)) return;
  for (uint32_t n = 0; n < one.word_count; ++n) claim_for(words_of(one)[n].address, boot);
  claim_for(value_of(one, kEptp), boot);
}

// The pages and the cases of a file, in pieces. False when they cannot be read.
bool claim_pages(EFI_FILE_HANDLE file, const CasesHeader& header, Boot& boot) {
  constexpr uint64_t kPiece = 32768;
  alignas(8) static uint8_t piece[kPiece];
  uint64_t at = sizeof(header);
  const uint64_t cases = at + header.page_count * sizeof(uint64_t);
  while (at < cases) {
    const uint64_t size = cases - at < kPiece ? cases - at : kPiece;
    if (!read_file(file, at, piece, size)) return false;
    for (uint64_t n = 0; n < size; n += sizeof(uint64_t)) claim_for(*reinterpret_cast<uint64_t*>(piece + n), boot);
    at += size;
  }
  while (at < cases + header.cases_size) {
    const uint64_t left = cases + header.cases_size - at;
    const uint64_t size = left < kPiece ? left : kPiece;
    if (!read_file(file, at, piece, size)) return false;
    uint64_t used = 0;
    while (const Case* const one = case_at(piece + used, size - used)) {
      claim_words(*one, boot);
      used += one->size;
    }
    if (used == 0) return false;
    at += used;
  }
  return true;
}

// The cases of the medium. Claims what they write before anything else takes memory.
const CasesHeader* read_cases(EFI_FILE_HANDLE medium, Boot& boot) {
  EFI_FILE_HANDLE file = open_file(medium, kCasesFile);
  if (file == nullptr) return nullptr;
  print("reading the cases\n");
  show_screen();
  const uint64_t size = size_of(file);
  CasesHeader header{};
  const CasesHeader* cases = &kDamaged;
  if (read_file(file, 0, &header, sizeof(header)) && size == sizeof(header) + body_size(header) &&
      claim_pages(file, header, boot)) {
    uint8_t* memory = allocate(size);
    if (memory != nullptr && read_file(file, 0, memory, size)) cases = reinterpret_cast<CasesHeader*>(memory);
  }
  file->Close(file);
  return cases;
}

// In the image's own world, like all that the session does.
bool save(const uint8_t* results, uint64_t offset, uint64_t size) {
  leave_own_world();
  show_screen();
  const bool saved = write_file(results_file, offset, results + offset, size);
  enter_own_world();
  return saved;
}

// The file for the results; what it holds of a run that was reset goes to `boot`.
void open_results(EFI_FILE_HANDLE medium, Boot& boot, uint64_t size) {
  results_file = open_file(medium, kResultsFile);
  if (results_file != nullptr && size_of(results_file) == size) {
    boot.earlier = read_file(results_file, 0, boot.results, size);
  } else {
    if (results_file != nullptr) results_file->Close(results_file);
    results_file = create_file(medium, kDirectory, kResultsFile);
  }
  if (results_file != nullptr) {
    boot.save = save;
  } else {
    print("the results cannot be written to the medium; what follows is all\n");
  }
}

void run() {
  print("eptspec image, started by UEFI\n");
  Boot boot{};
  read_memory_map(boot);
  take_away(boot, 0, kLowMemory);
  EFI_FILE_HANDLE medium = open_medium();
  boot.cases = read_cases(medium, boot);
  const uint64_t size =
      boot.cases == nullptr ? results_size(0, 0) : results_size(boot.cases->case_count, boot.cases->record_words);
  boot.results = allocate(size);
  if (boot.results != nullptr) {
    take_away(boot, address_of(boot.results), size);
    memset(boot.results, 0, size);
    open_results(medium, boot, size);
  }
  show_screen();
  flush_console();
  prepare_own_world();
  enter_own_world();
  run_session(boot);
  leave_own_world();
  if (results_file != nullptr) results_file->Close(results_file);
  if (medium != nullptr) medium->Close(medium);
  release(boot.results, size);
  release_claimed();
}

// A firmware's menu takes the screen as soon as the application ends.
void wait_for_reader() {
  print("eptspec image: the end. Press a key, or wait.\n");
  show_screen();
  flush_console();
  if (firmware->ConIn == nullptr) return;
  firmware->ConIn->Reset(firmware->ConIn, FALSE);
  EFI_EVENT events[2] = {firmware->ConIn->WaitForKey, nullptr};
  constexpr uint64_t kSecond = 10'000'000;  // in units of 100 ns
  if (services().CreateEvent(EVT_TIMER, 0, nullptr, nullptr, &events[1]) != EFI_SUCCESS) return;
  services().SetTimer(events[1], TimerRelative, kSecondsToRead * kSecond);
  UINTN which = 0;
  services().WaitForEvent(2, events, &which);
  services().CloseEvent(events[1]);
}

}  // namespace

}  // namespace image

extern "C" EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE* table) {
  image::application = handle;
  image::firmware = table;
  image::services().SetWatchdogTimer(0, 0, 0, nullptr);
  image::set_up_console();
  image::run();
  image::flush_console();
  image::break_to_emulator();
  image::wait_for_reader();
  return EFI_SUCCESS;
}
