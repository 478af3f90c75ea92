// A library for lib: that checks sub-page write permissions; or, where EPTSPEC_TEST_MISTAKE names one, with one
// mistake.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "harness/abi/eptspec_adapter.h"

namespace {

using Word = std::uint64_t;

constexpr Word bit(unsigned n) { return Word{1} << n; }
constexpr Word kAddress = bit(52) - bit(12);
constexpr Word kOdd = 0xaaaaaaaaaaaaaaaa;

const char* mistake_made = "";
bool makes(const char* mistake) { return std::strcmp(mistake_made, mistake) == 0; }

Word reserved_in_table(Word maxphyaddr) {
  const Word width = maxphyaddr + (makes("width_one_too_high") ? 1 : 0) - (makes("width_one_too_low") ? 1 : 0);
  Word reserved = (bit(12) - bit(1)) | (bit(52) - bit(static_cast<unsigned>(width))) | (~Word{0} << 52);
  if (makes("bit_1_missed")) reserved &= ~bit(1);
  if (makes("bit_11_missed")) reserved &= ~bit(11);
  if (makes("bits_63_52_ignored")) reserved &= bit(52) - 1;
  if (makes("table_reserved_bits_missed")) reserved = 0;
  return reserved;
}

void miss(eptspec_answer& answer) {
  answer.result = EPTSPEC_SUB_PAGE_MISS;
  answer.sub_page_qualification |= makes("qualification_bit_inverted") ? 0 : bit(11);
}

void misconfigure(eptspec_answer& answer) {
  answer.result = EPTSPEC_SUB_PAGE_MISCONFIGURATION;
  answer.sub_page_qualification |= makes("qualification_bit_inverted") ? bit(11) : 0;
}

// True when the check ends at the entry.
bool ends_at(const eptspec_case& asked, Word entry, eptspec_answer& answer) {
  const bool reserved = (entry & reserved_in_table(asked.registers.maxphyaddr)) != 0;
  if (reserved && makes("misconfiguration_before_miss")) {
    misconfigure(answer);
    return true;
  }
  if ((entry & 1) == 0 && !makes("valid_bit_ignored")) {
    miss(answer);
    return true;
  }
  if (reserved) misconfigure(answer);
  return reserved;
}

void decide(Word vector, Word gpa, eptspec_answer& answer) {
  if ((vector & 1) == 0 && makes("valid_bit_in_vector")) return miss(answer);
  if ((vector & kOdd) != 0 && !makes("odd_bits_missed")) return misconfigure(answer);
  Word part = gpa >> 7 & 0x1f;
  if (makes("parts_of_256_bytes")) part = gpa >> 8 & 0xf;
  if (makes("last_part_first")) part = 31 - part;
  Word place = 2 * part;
  if (makes("one_bit_a_part")) place = part;
  const bool set = (vector >> place & 1) != 0;
  const bool allowed = makes("permission_inverted") ? !set : set;
  answer.result = allowed ? EPTSPEC_SUB_PAGE_WRITE_ALLOWED : EPTSPEC_SUB_PAGE_WRITE_REFUSED;
}

// Bit 12 of the qualification, where it is defined: not during event delivery, nor with NMI exiting alone.
Word unblocking(const eptspec_case& asked) {
  const bool reports = (asked.access & EPTSPEC_ACCESS_UNBLOCKED_NMI) != 0 && !makes("nmi_unblocking_not_reported");
  return reports ? bit(12) : 0;
}

void check(const eptspec_case& asked, eptspec_answer& answer) {
  answer.valid = EPTSPEC_VALID_LEVEL | EPTSPEC_VALID_SUB_PAGE_QUALIFICATION;
  answer.sub_page_qualification = unblocking(asked);
  Word table = asked.registers.sub_page_table_pointer & kAddress;
  for (std::uint32_t level = 4; level >= 1; --level) {
    const unsigned low = 3 + 9 * level;
    const Word index = makes("index_of_8_bits") ? asked.guest_physical_address >> low & 0xff
                                                : asked.guest_physical_address >> low & 0x1ff;
    const Word entry = eptspec_read(&asked, table | index << 3);
    answer.level = level;
    if (level == 1) return decide(entry, asked.guest_physical_address, answer);
    if (ends_at(asked, entry, answer)) return;
    table = entry & kAddress;
  }
}

void run(const eptspec_case* cases, eptspec_answer* answers, std::size_t count) {
  for (std::size_t n = 0; n < count; ++n) {
    answers[n].id = cases[n].id;
    answers[n].status = EPTSPEC_ANSWERED;
    check(cases[n], answers[n]);
  }
}

}  // namespace

int eptspec_describe(eptspec_adapter* adapter) {
  if (const char* const mistake = std::getenv("EPTSPEC_TEST_MISTAKE")) mistake_made = mistake;
  adapter->abi_version = EPTSPEC_ABI_VERSION;
  adapter->name = "sub-pages";
  adapter->version = "1";
  adapter->questions = EPTSPEC_QUESTION_SUB_PAGE;
  adapter->flags = EPTSPEC_ANY_CONFIGURATION;
  adapter->run = run;
  return 0;
}
