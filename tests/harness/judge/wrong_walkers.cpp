// A library for lib: whose walker, written like a hypervisor's, is honest; or, where EPTSPEC_TEST_MISTAKE names one,
// makes one mistake that EPT code makes in the wild.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "harness/abi/eptspec_adapter.h"

namespace {

using Word = std::uint64_t;

constexpr Word bit(unsigned n) { return Word{1} << n; }
constexpr Word kAddress = 0xffffffffff000;
constexpr Word kModeBased = bit(22);  // of the secondary controls

const char* mistake_made = "";
bool makes(const char* mistake) { return std::strcmp(mistake_made, mistake) == 0; }

struct Machine {
  Word maxphyaddr;
  Word capability;
  bool mode_based;
  bool ve;
  bool flags;
};

Machine machine_of(const eptspec_case& asked) {
  const eptspec_configuration& with = asked.configuration;
  Machine machine{with.maxphyaddr, with.capability, (with.secondary_controls & kModeBased) != 0,
                  (with.secondary_controls & bit(18)) != 0, (asked.eptp & bit(6)) != 0};
  if (makes("maxphyaddr_too_high")) ++machine.maxphyaddr;
  if (makes("maxphyaddr_too_low")) --machine.maxphyaddr;
  if (makes("mode_based_execute_ignored")) machine.mode_based = false;
  return machine;
}

bool eptp_good(const Machine& machine, Word eptp) {
  if (makes("everything_refused")) return false;
  const Word type = eptp & 7;
  const Word length = eptp >> 3 & 7;
  const bool type_good =
      (type == 0 && (machine.capability & bit(8)) != 0) || (type == 6 && (machine.capability & bit(14)) != 0);
  const bool length_good =
      (length == 3 && (machine.capability & bit(6)) != 0) || (length == 4 && (machine.capability & bit(7)) != 0);
  const bool flags_good = (eptp & bit(6)) == 0 || (machine.capability & bit(21)) != 0;
  const Word reserved = makes("eptp_reserved_bits_missed") ? 0 : 0xf80;
  return type_good && (length_good || makes("eptp_walk_length_ignored")) && flags_good && (eptp & reserved) == 0 &&
         eptp >> machine.maxphyaddr == 0;
}

bool present(const Machine& machine, Word entry) {
  if (makes("present_means_readable")) return (entry & 1) != 0;
  return (entry & (machine.mode_based ? 0x407 : 7)) != 0;
}

bool maps_page(int level, Word entry) { return level == 1 || (level <= 3 && (entry & bit(7)) != 0); }

Word reserved_bits(const Machine& machine, int level, Word entry) {
  Word reserved = bit(52) - bit(static_cast<unsigned>(machine.maxphyaddr));
  const bool page = maps_page(level, entry);
  if (level >= 4) reserved |= makes("pml4e_bit_7_missed") ? 0x78 : 0xf8;
  if (level == 3 || level == 2) {
    if (!page && !makes("memory_type_in_table_missed")) reserved |= 0x78;
    const bool allowed = (machine.capability & bit(level == 3 ? 17 : 16)) != 0;
    if (page && !allowed && !makes("page_size_capability_ignored")) reserved |= bit(7);
  }
  if (level == 3 && page && !makes("pdpte_1g_hole_missed")) reserved |= 0x3ffff000;
  if (level == 2 && page && !makes("pde_2m_hole_missed")) reserved |= 0x1ff000;
  if (level == 1 && makes("pte_bit_7_reserved")) reserved |= bit(7);
  return reserved;
}

bool type_reserved(Word entry) {
  const Word type = entry >> 3 & 7;
  if (type == 7) return !makes("memory_type_7_accepted");
  if (type == 2 || type == 3) return !makes("memory_types_2_and_3_accepted");
  return false;
}

bool misconfigured(const Machine& machine, int level, Word entry) {
  const bool readable = (entry & 1) != 0;
  const bool executable = (entry & (machine.mode_based ? 0x404 : 4)) != 0;
  const bool execute_only = (machine.capability & 1) != 0 || makes("execute_only_capability_ignored");
  if (!readable && (entry & 2) != 0 && !makes("write_only_accepted")) return true;
  if (!readable && executable && (!execute_only || makes("execute_only_refused"))) return true;
  if ((entry & reserved_bits(machine, level, entry)) != 0) return true;
  return maps_page(level, entry) && type_reserved(entry);
}

std::uint32_t classify(const Machine& machine, int level, Word entry) {
  if (!present(machine, entry)) {
    const bool looks = makes("reserved_bits_checked_when_not_present") && misconfigured(machine, level, entry);
    return looks ? EPTSPEC_ENTRY_MISCONFIGURED : EPTSPEC_ENTRY_NOT_PRESENT;
  }
  if (misconfigured(machine, level, entry)) return EPTSPEC_ENTRY_MISCONFIGURED;
  return maps_page(level, entry) ? EPTSPEC_ENTRY_PAGE : EPTSPEC_ENTRY_TABLE;
}

struct Walk {
  const eptspec_case& asked;
  Machine machine;
  eptspec_answer& answer;
  bool writes = false;
  Word needed = 0;
  Word all = ~Word{0};
};

bool end(Walk& walk, std::uint32_t result, int level) {
  walk.answer.result = result;
  walk.answer.level = static_cast<std::uint32_t>(level);
  return true;
}

void violate(Walk& walk, int level, Word entry, Word rights) {
  end(walk, EPTSPEC_WALK_VIOLATION, level);
  const Word access = walk.asked.access;
  const bool structure = (access & EPTSPEC_ACCESS_GUEST_PAGING_STRUCTURE) != 0;
  Word data = access & 7;
  if (structure && walk.writes) data |= 3;
  Word executable = rights >> 10 & 1;
  if (!walk.machine.mode_based) executable = 0;
  walk.answer.qualification = data | (rights & 7) << 3 | executable << 6 | bit(7) | (structure ? 0 : bit(8));
  const bool suppressed = makes("suppress_ve_inverted") ? (entry & bit(63)) == 0 : (entry & bit(63)) != 0;
  walk.answer.convertible = walk.machine.ve && !suppressed ? 1 : 0;
}

// Bits of an entry that the access needs in every entry.
Word needed_by(const Walk& walk) {
  const Word access = walk.asked.access;
  Word needed = access & EPTSPEC_ACCESS_DATA_READ;
  if (walk.writes) needed |= 2;
  const bool user = walk.machine.mode_based && (access & EPTSPEC_ACCESS_USER_MODE_LINEAR_ADDRESS) != 0;
  if ((access & EPTSPEC_ACCESS_INSTRUCTION_FETCH) != 0) needed |= user ? bit(10) : bit(2);
  return needed;
}

// Sets the flags of a walk that went through to level `leaf`.
void set_flags(const Walk& walk, int leaf) {
  if (!walk.machine.flags || makes("flags_never_set")) return;
  for (int level = 4; level >= leaf; --level) {
    Word& word = walk.answer.words[4 - level];
    if (level == leaf || !makes("accessed_flag_in_leaf_only")) word |= bit(8);
    const bool dirty_here = makes("dirty_flag_in_every_entry") || level == leaf;
    if (walk.writes && dirty_here) word |= bit(9);
  }
}

void arrive(Walk& walk, int level, Word entry) {
  const Word rights = makes("permissions_of_leaf_only") ? entry : walk.all;
  if ((walk.needed & ~rights) != 0) {
    violate(walk, level, entry, makes("qualification_of_leaf_only") ? entry : rights);
    return;
  }
  end(walk, EPTSPEC_WALK_TRANSLATED, level);
  const unsigned low = makes("offset_of_4k_always") ? 12 : static_cast<unsigned>(3 + 9 * level);
  const Word offset = bit(low) - 1;
  walk.answer.host_physical_address = (entry & kAddress & ~offset) | (walk.asked.guest_physical_address & offset);
  walk.answer.memory_type = entry >> 3 & 7;
  walk.answer.ignore_pat = entry >> 6 & 1;
  set_flags(walk, level);
}

// True when the walk ends at this entry.
bool step(Walk& walk, int level, Word entry) {
  switch (classify(walk.machine, level, entry)) {
    case EPTSPEC_ENTRY_NOT_PRESENT: violate(walk, level, entry, 0); return true;
    case EPTSPEC_ENTRY_MISCONFIGURED: return end(walk, EPTSPEC_WALK_MISCONFIGURATION, level);
    default: break;
  }
  walk.all &= entry;
  if (makes("permissions_at_each_level") && (walk.needed & ~entry) != 0) {
    violate(walk, level, entry, entry);
    return true;
  }
  if (!maps_page(level, entry)) return false;
  arrive(walk, level, entry);
  return true;
}

void run_walk(const eptspec_case& asked, eptspec_answer& answer) {
  Walk walk{asked, machine_of(asked), answer};
  const bool structure = (asked.access & EPTSPEC_ACCESS_GUEST_PAGING_STRUCTURE) != 0;
  walk.writes = (asked.access & EPTSPEC_ACCESS_DATA_WRITE) != 0;
  if (structure && walk.machine.flags && !makes("guest_structure_not_a_write")) walk.writes = true;
  walk.needed = needed_by(walk);
  answer.valid = EPTSPEC_VALID_ALL;
  for (std::uint32_t n = 0; n < asked.word_count; ++n) answer.words[n] = asked.words[n].value;
  const Word gpa = asked.guest_physical_address;
  if (gpa >> 48 != 0 && !makes("guest_physical_address_51_48_ignored")) {
    violate(walk, 0, 0, 0);
    return;
  }
  Word from = asked.eptp & kAddress;
  for (int level = 4; level >= 1; --level) {
    const Word entry = eptspec_read(&asked, from | (gpa >> (3 + 9 * level) & 0x1ff) << 3);
    if (step(walk, level, entry)) return;
    from = entry & kAddress;
  }
}

void run(const eptspec_case* cases, eptspec_answer* answers, std::size_t count) {
  for (std::size_t n = 0; n < count; ++n) {
    const eptspec_case& asked = cases[n];
    eptspec_answer& answer = answers[n];
    answer.id = asked.id;
    answer.status = EPTSPEC_ANSWERED;
    if (asked.question == EPTSPEC_QUESTION_EPTP) {
      answer.result = eptp_good(machine_of(asked), asked.eptp) ? EPTSPEC_EPTP_ACCEPTED : EPTSPEC_EPTP_REFUSED;
    } else if (asked.question == EPTSPEC_QUESTION_ENTRY) {
      answer.result = classify(machine_of(asked), static_cast<int>(asked.level), asked.words[0].value);
    } else {
      run_walk(asked, answer);
    }
  }
}

}  // namespace

int eptspec_describe(eptspec_adapter* adapter) {
  if (const char* const mistake = std::getenv("EPTSPEC_TEST_MISTAKE")) mistake_made = mistake;
  adapter->abi_version = EPTSPEC_ABI_VERSION;
  adapter->name = "walker";
  adapter->version = "1";
  adapter->questions = EPTSPEC_QUESTION_EPTP | EPTSPEC_QUESTION_ENTRY | EPTSPEC_QUESTION_WALK;
  adapter->flags = EPTSPEC_ANY_CONFIGURATION;
  adapter->run = run;
  return 0;
}
