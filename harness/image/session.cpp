#include "harness/image/boot.h"

#include "harness/image/case_words.h"
#include "harness/image/console.h"
#include "harness/image/cpu.h"
#include "harness/image/guest.h"
#include "harness/image/run_case.h"
#include "harness/image/support.h"
#include "harness/image/traps.h"
#include "harness/image/vmx.h"

namespace image {

namespace {

constexpr uint32_t kBatch = 64;  // cases between two savings
constexpr uint64_t kReach = 1ull << 32;
constexpr uint64_t kReceived = 32ull << 20;  // where cases go that come over the serial line
constexpr uint64_t kReceivedSize = 32ull << 20;

Probe probe;
alignas(8) uint8_t probe_alone[kProbeSize];  // the results where there is no room for any

struct Session {
  const Boot* boot;
  const uint64_t* pages;
  uint32_t page_count;
  const Case* cases;
  uint32_t case_count;
  uint8_t* results;
  uint8_t* records;
  uint64_t record_size;
  bool over_serial;
};

Record& record_at(const Session& session, uint32_t number) {
  return *reinterpret_cast<Record*>(session.records + number * session.record_size);
}
uint8_t* trailer_place(const Session& session) { return session.records + session.case_count * session.record_size; }
uint64_t size_of_results(const Session& session) {
  return kProbeSize + session.case_count * session.record_size + sizeof(Trailer);
}

// Probe, trailer and record end with a Seal, or with the members of one.
uint32_t& crc_of(const void* object, uint64_t size) {
  return *reinterpret_cast<uint32_t*>(address_of(object) + size - sizeof(uint32_t));
}

template <class T>
void seal(T& object, uint64_t size = sizeof(T)) {
  crc_of(&object, size) = crc32c(&object, size - sizeof(Seal));
}

template <class T>
bool is_sealed(const T& object, uint64_t size = sizeof(T)) {
  return crc32c(&object, size - sizeof(Seal)) == crc_of(&object, size);
}

const Case* first_case(const CasesHeader& header) {
  return reinterpret_cast<const Case*>(reinterpret_cast<const uint64_t*>(&header + 1) + header.page_count);
}

bool is_whole(const CasesHeader& header) {
  if (header.magic != kCasesMagic || header.version != kWireVersion || header.record_words > kMostWords ||
      crc32c(&header + 1, body_size(header)) != header.crc) {
    return false;
  }
  const Case* one = first_case(header);
  const uint8_t* const end = reinterpret_cast<const uint8_t*>(one) + header.cases_size;
  for (uint32_t n = 0; n < header.case_count; ++n, one = case_behind(one)) {
    if (case_at(one, static_cast<uint64_t>(end - reinterpret_cast<const uint8_t*>(one))) == nullptr) return false;
    if (one->word_count > header.record_words) return false;
  }
  return true;
}

bool is_free(const Boot& boot, uint64_t base, uint64_t size) {
  if (base >= kReach || size > kReach - base) return false;
  for (uint32_t n = 0; n < boot.range_count; ++n) {
    const MemoryRange& range = boot.ranges[n];
    if (base >= range.base && base - range.base + size <= range.size) return true;
  }
  return false;
}

bool is_in_scratch(uint64_t address) { return address <= sizeof(Page) * kScratchPages - sizeof(uint64_t); }

// False and the address in the probe when something that the cases write is no free memory.
bool has_memory(const Session& session) {
  const auto need = [&](uint64_t base, uint64_t size) {
    if (is_free(*session.boot, base, size)) return true;
    probe.missing = base;
    return false;
  };
  for (uint32_t n = 0; n < session.page_count; ++n) {
    if (!need(session.pages[n], 4096)) return false;
  }
  const Case* one = session.cases;
  for (uint32_t n = 0; n < session.case_count; ++n, one = case_behind(one)) {
    for (uint32_t k = 0; k < one->word_count; ++k) {
      const uint64_t address = words_of(*one)[k].address;
      if (is_check(one->act) ? !is_in_scratch(address) : !need(address, sizeof(uint64_t))) return false;
    }
  }
  return true;
}

uint64_t offset_of(const Session& session, const void* from) {
  return static_cast<uint64_t>(static_cast<const uint8_t*>(from) - session.results);
}

void save(const Session& session, const void* from, uint64_t size) {
  if (session.boot->save == nullptr) return;
  leave_vmx();
  const uint64_t offset = offset_of(session, from);
  if (!session.boot->save(session.results, offset, size)) print("eptspec: the results cannot be saved\n");
  enter_vmx(probe);
}

void send(const Session& session, const void* from, uint64_t size) {
  if (session.over_serial) send_results(session.results, offset_of(session, from), size);
}

Record& begin_record(const Session& session, const Case& one, uint32_t number) {
  Record& record = record_at(session, number);
  memset(&record, 0, session.record_size);
  record.id = one.id;
  record.landed = kNowhere;
  return record;
}

void finish_record(const Session& session, Record& record, uint32_t sequence) {
  record.magic = kRecordMagic;
  record.sequence = sequence;
  seal(record, session.record_size);
}

void note(const Session& session, const Case& one, uint32_t number, End end) {
  Record& record = begin_record(session, one, number);
  record.end = end;
  finish_record(session, record, number);
}

// Gives the case behind the batch.
const Case* run_batch(const Session& session, const Case* one, uint32_t first, uint32_t count) {
  const Record* const records = &record_at(session, first);
  if (session.boot->save != nullptr) {
    const Case* begun = one;
    for (uint32_t n = first; n < first + count; ++n, begun = case_behind(begun)) note(session, *begun, n, End::begun);
    save(session, records, count * session.record_size);
  }
  for (uint32_t n = first; n < first + count; ++n, one = case_behind(one)) {
    Record& record = begin_record(session, *one, n);
    run_case(probe, *one, record);
    finish_record(session, record, n);
  }
  save(session, records, count * session.record_size);
  send(session, records, count * session.record_size);
  return one;
}

bool is_record(const Session& session, uint32_t number) {
  const Record& record = record_at(session, number);
  return record.magic == kRecordMagic && record.sequence == number && is_sealed(record, session.record_size);
}

// How far the run was before the machine was reset, the case there, and how many from there are to be run one by one.
struct Resumed {
  uint32_t done;
  const Case* next;
  uint32_t singly;
};
Resumed resume(const Session& session) {
  Resumed resumed{0, session.cases, 0};
  const auto is = [&](uint32_t n, bool begun) {
    return n < session.case_count && is_record(session, n) && (record_at(session, n).end == End::begun) == begun;
  };
  for (; is(resumed.done, false); ++resumed.done) resumed.next = case_behind(resumed.next);
  uint32_t begun = 0;
  while (is(resumed.done + begun, true)) ++begun;
  if (begun == 1) {
    note(session, *resumed.next, resumed.done, End::reset);
    resumed.next = case_behind(resumed.next);
    save(session, &record_at(session, resumed.done++), session.record_size);
  } else if (begun > 1) {
    Record* const first = &record_at(session, resumed.done);
    memset(first, 0, begun * session.record_size);
    save(session, first, begun * session.record_size);
    resumed.singly = begun;
  }
  return resumed;
}

void end_results(const Session& session, uint64_t spent) {
  put_back_words();
  Trailer trailer{kTrailerMagic, session.case_count, 0, 0, spent, 0, 0};
  trailer.changed = changed_words(session.pages, session.page_count, &trailer.first_changed);
  seal(trailer);
  memcpy(trailer_place(session), &trailer, sizeof(trailer));
  save(session, trailer_place(session), sizeof(trailer));
  send(session, trailer_place(session), sizeof(trailer));
  print_number(session.case_count);
  print(" cases\n");
}

void run_cases(const Session& session, bool earlier) {
  build_guest(device_behind(probe.pages));
  fill_pages(session.pages, session.page_count);
  const uint64_t start = cycles();
  const Resumed resumed = earlier ? resume(session) : Resumed{0, session.cases, 0};
  send(session, session.records, resumed.done * session.record_size);
  const uint32_t usual = session.boot->save != nullptr || session.over_serial ? kBatch : session.case_count;
  const Case* one = resumed.next;
  for (uint32_t at = resumed.done; at < session.case_count;) {
    const uint32_t wanted = at < resumed.done + resumed.singly ? 1 : usual;
    const uint32_t left = session.case_count - at;
    const uint32_t count = wanted < left ? wanted : left;
    one = run_batch(session, one, at, count);
    at += count;
  }
  end_results(session, cycles() - start);
}

bool is_same_machine(const Probe& saved) {
  if (saved.signature != probe.signature || saved.maxphyaddr != probe.maxphyaddr) return false;
  for (unsigned n = 0; n < sizeof(probe.brand); ++n) {
    if (saved.brand[n] != probe.brand[n]) return false;
  }
  for (unsigned n = 0; n < kVmxMsrs; ++n) {
    if (saved.msr[n] != probe.msr[n]) return false;
  }
  return true;
}

// What is saved are results of these cases on this machine, and not all of them.
bool goes_on(const Boot& boot, const Session& session) {
  if (!boot.earlier || session.results != boot.results) return false;
  const auto& saved = *reinterpret_cast<const Probe*>(session.results);
  const auto& trailer = *reinterpret_cast<const Trailer*>(trailer_place(session));
  const bool complete = trailer.magic == kTrailerMagic && is_sealed(trailer);
  return saved.magic == kProbeMagic && is_sealed(saved) && saved.version == kWireVersion && !complete &&
         saved.case_count == probe.case_count && saved.record_words == probe.record_words &&
         saved.cases_crc == probe.cases_crc && is_same_machine(saved);
}

// Where the cases want the results, if that is free memory, else where `boot` has room.
bool place_results(Session& session, uint64_t wanted) {
  if (wanted == 0) return session.results != nullptr;
  if (!is_free(*session.boot, wanted, size_of_results(session))) {
    probe.missing = wanted;
    return false;
  }
  session.results = reinterpret_cast<uint8_t*>(wanted);
  return true;
}

Obstacle take_cases(Session& session, Boot& boot) {
  const CasesHeader* header = boot.cases;
  session.over_serial = header == nullptr || (header->flags & kOverSerial) != 0;
  if (header == nullptr) return Obstacle::no_cases;
  if (!is_whole(*header)) return Obstacle::bad_cases;
  take_away(boot, address_of(header), sizeof(CasesHeader) + body_size(*header));
  probe.case_count = session.case_count = header->case_count;
  probe.cases_crc = header->crc;
  probe.record_words = header->record_words;
  session.record_size = size_of_record(header->record_words);
  probe.tables = header->tables;
  probe.pages = header->pages;
  probe.asked = header->asked;
  session.page_count = header->page_count;
  session.pages = reinterpret_cast<const uint64_t*>(header + 1);
  session.cases = first_case(*header);
  return place_results(session, header->results) && has_memory(session) ? Obstacle::none : Obstacle::no_memory;
}

void leave_probe(const Session& session) {
  probe.results = address_of(session.results);
  seal(probe);
  memcpy(session.results, &probe, sizeof(probe));
}

void run_once(Boot boot) {
  set_up_console();
  set_up_traps();
  examine_machine(probe);
  Session session{&boot, nullptr, 0, nullptr, 0, boot.results, nullptr, size_of_record(0), false};
  const Obstacle in_cases = take_cases(session, boot);
  probe.range_count = boot.range_count;
  memcpy(probe.ranges, boot.ranges, sizeof(boot.ranges));
  if (probe.obstacle == Obstacle::none) probe.obstacle = in_cases;
  const bool running = probe.obstacle == Obstacle::none && enter_vmx(probe);
  if (!running && probe.obstacle == Obstacle::none) probe.obstacle = Obstacle::vmxon_failed;
  print_machine(probe);
  if (session.results == nullptr) session.results = probe_alone;
  session.records = session.results + kProbeSize;
  const bool earlier = running && goes_on(boot, session);
  leave_probe(session);
  if (!running) {
    if (boot.save != nullptr) boot.save(session.results, 0, kProbeSize);
    send(session, session.results, kProbeSize);
    return;
  }
  // What is left of other results on the medium must not pass for these.
  if (!earlier && boot.save != nullptr) memset(session.records, 0, size_of_results(session) - kProbeSize);
  save(session, session.results, earlier ? kProbeSize : size_of_results(session));
  send(session, session.results, kProbeSize);
  run_cases(session, earlier);
  leave_vmx();
}

}  // namespace

void run_session(Boot boot) {
  run_once(boot);
  const bool ask = probe.obstacle == Obstacle::none && (boot.cases->flags & kAskForCases) != 0;
  if (!ask || !is_free(boot, kReceived, kReceivedSize)) return;
  print("eptspec: waiting for cases on the serial line\n");
  boot.cases = receive_cases(reinterpret_cast<uint8_t*>(kReceived), kReceivedSize);
  if (boot.cases == nullptr) return;
  boot.save = nullptr;  // the medium has no room for them
  boot.results = nullptr;
  boot.earlier = false;
  run_once(boot);
}

}  // namespace image
