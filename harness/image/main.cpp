// The image's way: what the machine is, the cases, the end. Results are in memory; who booted the image takes them
// from there.
#include "harness/image/console.h"
#include "harness/image/cpu.h"
#include "harness/image/multiboot.h"
#include "harness/image/run_case.h"
#include "harness/image/support.h"
#include "harness/image/traps.h"
#include "harness/image/vmx.h"

namespace image {

namespace {

// What boot.S says.
struct BootInfo {
  uint32_t cases;
  uint32_t ranges;
  uint32_t range_count;
};
struct [[gnu::packed]] BiosRange {
  uint64_t base;
  uint64_t size;
  uint32_t type;
  uint32_t attributes;
};
constexpr uint32_t kUsable = 1;

// `from` is where entry.S found EBX; nothing of it is used when somebody else booted the image.
const CasesHeader* take_over(uint32_t loader, uint64_t from, Probe& probe) {
  if (loader != EPTSPEC_LOADER) return nullptr;
  const auto& info = *reinterpret_cast<const BootInfo*>(from);
  const auto* ranges = reinterpret_cast<const BiosRange*>(uint64_t{info.ranges});
  for (uint32_t n = 0; n < info.range_count && probe.range_count < kMaxRanges; ++n) {
    if (ranges[n].type == kUsable) probe.ranges[probe.range_count++] = {ranges[n].base, ranges[n].size};
  }
  return reinterpret_cast<const CasesHeader*>(uint64_t{info.cases});
}

size_t body_size(const CasesHeader& header) {
  return size_t{header.page_count} * sizeof(uint64_t) + size_t{header.case_count} * sizeof(Case);
}

bool is_whole(const CasesHeader* header) {
  return header != nullptr && header->magic == kCasesMagic && header->version == kWireVersion &&
         crc32c(header + 1, body_size(*header)) == header->crc;
}

void seal(Record& record, uint32_t sequence) {
  record.magic = kRecordMagic;
  record.sequence = sequence;
  record.crc = crc32c(&record, sizeof(Record) - 8);
}

void run_cases(const Probe& probe, const CasesHeader& header) {
  const auto* pages = reinterpret_cast<const uint64_t*>(&header + 1);
  const auto* cases = reinterpret_cast<const Case*>(pages + header.page_count);
  auto* records = reinterpret_cast<Record*>(header.results + kProbeSize);
  prepare_cases();
  fill_pages(pages, header.page_count);
  const uint64_t start = cycles();
  for (uint32_t n = 0; n < header.case_count; ++n) {
    run_case(probe, cases[n], records[n]);
    seal(records[n], n);
  }
  Trailer trailer{kTrailerMagic, header.case_count, 0, 0, cycles() - start, 0, 0};
  trailer.changed = changed_words(pages, header.page_count, &trailer.first_changed);
  trailer.crc = crc32c(&trailer, sizeof(trailer) - 8);
  memcpy(records + header.case_count, &trailer, sizeof(trailer));
  print_number(header.case_count);
  print(" cases\n");
}

void seal(Probe& probe) { probe.crc = crc32c(&probe, sizeof(Probe) - 8); }

Probe probe;

void run(uint32_t loader, uint64_t from) {
  set_up_console();
  set_up_traps();
  examine_machine(probe);
  const CasesHeader* header = take_over(loader, from, probe);
  const bool whole = is_whole(header);
  if (!whole && probe.obstacle == Obstacle::none) probe.obstacle = Obstacle::bad_cases;
  const bool running = probe.obstacle == Obstacle::none && enter_vmx(probe);
  if (!running && probe.obstacle == Obstacle::none) probe.obstacle = Obstacle::vmxon_failed;
  print_machine(probe);
  if (whole) {
    seal(probe);
    memcpy(reinterpret_cast<void*>(header->results), &probe, sizeof(probe));
  }
  if (!running) return;
  run_cases(probe, *header);
  leave_vmx();
}

}  // namespace

}  // namespace image

extern "C" void image_main(uint32_t loader, uint64_t from) {
  image::run(loader, from);
  image::flush_console();
  image::break_to_emulator();
}
