// A library for lib: an honest walker, written apart from the specification: its rules are texts, each a list of terms
// parted by "|", each term a list of literals that must all hold. EPTSPEC_TEST_MISTAKE, "RULE=TEXT", gives one rule
// another text: one fault of one class. Owns no expectation; wrong_walkers_test.cpp lists the faults.
//
// A literal is another rule, or a letter and the number of a bit, or a range of which one bit is enough; "!" negates.
//   e entry, A the entries so far, u those above it (a bit is 1 when it is 1 in all); w "bit M" is MAXPHYADDR
//   p EPTP, c capability, i x s t pin-based, primary, secondary and tertiary controls, o parameters
//   a access, g guest-physical address; k0 the walk reached a page
//   numbers, not bits: l level, n length of the walk and m memory type in the EPTP, y memory type of the entry
#include <array>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "harness/abi/eptspec_adapter.h"

namespace {

using Word = std::uint64_t;

struct Rule {
  std::string_view name;
  std::string_view text;
};

constexpr auto kRules = std::to_array<Rule>({
    // EPTP: refused when one of these holds
    {"eptp_memory_type_reserved", "!m0 !m6"},
    {"eptp_memory_type_uc_not_supported", "m0 !c8"},
    {"eptp_memory_type_wb_not_supported", "m6 !c14"},
    {"eptp_walk_length_reserved", "!n3 !n4"},
    {"eptp_walk_length_4_not_supported", "n3 !c6"},
    {"eptp_walk_length_5_not_supported", "n4 !c7"},
    {"eptp_accessed_dirty_not_supported", "p6 !c21"},
    {"eptp_shadow_stack_not_supported", "p7 !c23"},
    {"eptp_reserved_bit", "p11:8"},
    {"eptp_address", "p63:M"},
    // an entry: misconfigured when one of these holds
    {"write_without_read", "!e0 e1"},
    {"execute_only", "!e0 e2 !c0"},
    {"user_execute_only", "!e0 e10 mode_based !c0"},
    {"paging_write_without_read", "!e0 e58 page paging_write"},
    {"reserved_pml5e", "l5 e7:3"},
    {"reserved_pml4e", "l4 e7:3"},
    {"reserved_pdpte", "l3 !e7 e6:3"},
    {"reserved_pde", "l2 !e7 e6:3"},
    {"reserved_pdpte_1g", "l3 e7 e29:12"},
    {"reserved_pde_2m", "l2 e7 e20:12"},
    {"address", "e51:M"},
    {"memory_type", "page y2 | page y3 | page y7"},
    {"page_2m", "l2 e7 !c16"},
    {"page_1g", "l3 e7 !c17"},
    // a page: a violation when one of these holds
    {"read", "a0 !shadow_stack !A0"},
    {"write", "writes !shadow_stack !A1 !paging_write_allowed"},
    {"execute", "fetch !mode_based !A2"},
    {"supervisor_execute", "fetch mode_based !a3 !A2"},
    {"user_execute", "fetch mode_based a3 !A10"},
    {"supervisor_shadow_stack", "shadow_stack !A0 | shadow_stack !u1 | shadow_stack !e60"},
    {"guest_paging_not_verified", "x17 t3 paging_write e57 a10 !a4 !a5 !a11"},
    // the exit qualification
    {"bit_0", "a0 | a4 writes"},
    {"bit_1", "writes"},
    {"bit_2", "fetch"},
    {"bit_3", "k0 A0"},
    {"bit_4", "k0 A1"},
    {"bit_5", "k0 A2"},
    {"bit_6", "k0 A10 mode_based"},
    {"bit_7", "linear"},
    {"bit_8", "linear !a4"},
    {"bit_9", "described a3"},
    {"bit_10", "described a8"},
    {"bit_11", "described a9"},
    {"bit_12", "a12 !a13"},
    {"bit_13", "a6 | a7"},
    {"bit_14", "k0 e60 p7"},
    {"bit_15", "k0 guest_paging_not_verified"},
    {"bit_16", "a14"},
    // the rest, in no order
    {"five", "n4"},
    {"width", "!five g51:48"},
    {"present", "e2:0 | mode_based e10"},
    {"checked", "present"},  // whether misconfiguration is looked for
    {"page", "l1 | l2 e7 | l3 e7"},
    {"judged", "page"},  // whether permissions are
    {"sub_page", "x31 s23 l1 e61 a1 !a4 !a15 sub_page_read sub_page_linear write"},
    {"sub_page_read", "A0 | o1"},
    {"sub_page_linear", "!a11 | o2"},
    {"convertible", "x31 s18 !e63"},
    {"accessed", "p6"},
    {"dirty", "p6 writes page"},
    {"memory_type_0", "e3"},
    {"memory_type_1", "e4"},
    {"memory_type_2", "e5"},
    {"ignore_pat", "e6"},
    {"offset_1g", "l3"},
    {"offset_2m", "l2"},
    {"mode_based", "x31 s22"},
    {"paging_write", "x17 t2"},
    {"paging_write_allowed", "paging_write a4 writes u1 e58"},
    {"shadow_stack", "p7 a7"},
    {"writes", "a1 | p6 a4 !a5"},
    {"fetch", "a2 !a4"},
    {"linear", "!a5 !a11"},
    {"described", "c22 linear !a4"},
    {"never", "!k0 k0"},
    // what an exit, or an entry that fails, saves
    {"misconfiguration_qualification", "never"},  // that it keeps that of the access
    {"address_of_byte", "!never"},
    {"error_7", "!never"},  // not error 8
});

consteval std::size_t id(std::string_view name) {
  std::size_t n = 0;
  while (kRules.at(n).name != name) ++n;
  return n;
}

constexpr Word bit(unsigned n) { return Word{1} << n; }

struct Literal {
  bool negated = false;
  char word = 0;         // 0: a rule
  std::size_t rule = 0;  // of kRules
  unsigned high = 0;
  unsigned low = 0;
  bool from_width = false;  // low counts from MAXPHYADDR
};
using Terms = std::vector<std::vector<Literal>>;
std::array<Terms, kRules.size()> terms;

Literal literal(std::string token) {
  Literal one;
  if (one.negated = token[0] == '!'; one.negated) token.erase(0, 1);
  if (token.size() < 2 || token.find('_') != std::string::npos || token.find_first_of("0123456789") != 1) {
    while (kRules.at(one.rule).name != token) ++one.rule;
    return one;
  }
  one.word = token[0];
  std::size_t end = 0;
  one.high = one.low = static_cast<unsigned>(std::stoul(token.substr(1), &end));
  if (end + 1 == token.size()) return one;
  std::string low = token.substr(end + 2);
  if (one.from_width = low[0] == 'M'; one.from_width) low = "0" + low.substr(1);
  one.low = static_cast<unsigned>(std::stol(low) + (low.size() > 2 && one.from_width ? std::stol(low.substr(1)) : 0));
  return one;
}

Terms parse(std::string_view text) {
  Terms all(1);
  std::istringstream tokens{std::string(text)};
  for (std::string token; tokens >> token;) {
    if (token == "|")
      all.emplace_back();
    else
      all.back().push_back(literal(token));
  }
  return all;
}

// Everything that a literal may name, by its letter.
struct State {
  std::array<Word, 128> words{};
  unsigned width = 0;
  [[nodiscard]] Word operator[](char name) const { return words[static_cast<unsigned char>(name)]; }
  Word& operator[](char name) { return words[static_cast<unsigned char>(name)]; }
};

bool holds(const State& state, std::size_t rule);

bool holds(const State& state, const Literal& one) {
  if (one.word == 0) return holds(state, one.rule) != one.negated;
  const unsigned low = one.low + (one.from_width ? state.width : 0);
  const Word bits = low > one.high ? 0 : state[one.word] >> low << (63 - one.high + low);
  return (bits != 0) != one.negated;
}

bool holds(const State& state, std::size_t rule) {
  for (const std::vector<Literal>& term : terms[rule]) {
    bool all = true;
    for (const Literal& one : term) all = all && holds(state, one);
    if (all) return true;
  }
  return false;
}

bool any(const State& state, std::size_t first, std::size_t last) {
  for (std::size_t rule = first; rule <= last; ++rule) {
    if (holds(state, rule)) return true;
  }
  return false;
}

State state_of(const eptspec_case& asked) {
  const ept_registers& with = asked.registers;
  State state;
  state.width = static_cast<unsigned>(with.maxphyaddr);
  state['c'] = with.capability;
  state['i'] = with.pin_based_controls;
  state['x'] = with.primary_controls;
  state['s'] = with.secondary_controls;
  state['t'] = with.tertiary_controls;
  state['o'] = with.parameters;
  state['p'] = asked.registers.eptp;
  state['m'] = bit(asked.registers.eptp & 7);
  state['n'] = bit(asked.registers.eptp >> 3 & 7);
  state['a'] = asked.access;
  state['g'] = asked.guest_physical_address;
  state['A'] = ~Word{0};
  return state;
}

void take(State& state, int level, Word entry) {
  state['e'] = entry;
  state['l'] = bit(static_cast<unsigned>(level));
  state['y'] = bit(entry >> 3 & 7);
}

std::uint32_t classify(const State& state) {
  if (holds(state, id("checked")) && any(state, id("write_without_read"), id("page_1g")))
    return EPTSPEC_ENTRY_MISCONFIGURED;
  if (!holds(state, id("present"))) return EPTSPEC_ENTRY_NOT_PRESENT;
  return holds(state, id("page")) ? EPTSPEC_ENTRY_PAGE : EPTSPEC_ENTRY_TABLE;
}

void violate(const State& state, eptspec_answer& answer) {
  answer.result = EPTSPEC_WALK_VIOLATION;
  for (unsigned n = 0; n <= id("bit_16") - id("bit_0"); ++n) {
    if (holds(state, id("bit_0") + n)) answer.qualification |= bit(n);
  }
  answer.convertible = holds(state, id("convertible")) ? 1 : 0;
}

void arrive(const State& state, eptspec_answer& answer) {
  unsigned low = 12;
  if (holds(state, id("offset_2m"))) low = 21;
  if (holds(state, id("offset_1g"))) low = 30;
  const Word page = state['e'] & (bit(52) - bit(low));
  answer.host_physical_address = page | (state['g'] & (bit(low) - 1));
  for (unsigned n = 0; n < 3; ++n) answer.memory_type |= holds(state, id("memory_type_0") + n) ? 1U << n : 0;
  answer.ignore_pat = holds(state, id("ignore_pat")) ? 1 : 0;
}

void set_flags(State state, const eptspec_case& asked, int leaf, eptspec_answer& answer) {
  for (int level = static_cast<int>(asked.level); level >= leaf; --level) {
    const auto n = static_cast<std::size_t>(static_cast<int>(asked.level) - level);
    take(state, level, asked.words[n].value);
    if (holds(state, id("accessed"))) answer.words[n] |= bit(8);
    if (holds(state, id("dirty"))) answer.words[n] |= bit(9);
  }
}

// What comes of the entry that the walk has come to; false when it goes on.
bool ends(const State& state, eptspec_answer& answer) {
  const std::uint32_t kind = classify(state);
  if (kind == EPTSPEC_ENTRY_MISCONFIGURED) answer.result = EPTSPEC_WALK_MISCONFIGURATION;
  if (kind == EPTSPEC_ENTRY_MISCONFIGURED && holds(state, id("misconfiguration_qualification")))
    answer.qualification = state['a'] & 7;
  if (kind == EPTSPEC_ENTRY_NOT_PRESENT) violate(state, answer);
  if (answer.result != 0) return true;
  State reached = state;
  reached['k'] = 1;
  const bool page = kind == EPTSPEC_ENTRY_PAGE;
  if (holds(state, id("judged")) && any(reached, id("read"), id("guest_paging_not_verified"))) {
    const bool of_writing =
        !any(reached, id("read"), id("read")) && !any(reached, id("execute"), id("guest_paging_not_verified"));
    if (page && of_writing && holds(reached, id("sub_page"))) {
      answer.result = EPTSPEC_WALK_SUB_PAGE_CHECK;
      arrive(state, answer);
    } else {
      violate(reached, answer);
    }
    return true;
  }
  if (!page) return false;
  answer.result = EPTSPEC_WALK_TRANSLATED;
  arrive(state, answer);
  return true;
}

void run_walk(const eptspec_case& asked, State state, eptspec_answer& answer) {
  answer.valid = EPTSPEC_VALID_LEVEL | EPTSPEC_VALID_HOST_PHYSICAL_ADDRESS | EPTSPEC_VALID_MEMORY_TYPE |
                 EPTSPEC_VALID_IGNORE_PAT | EPTSPEC_VALID_QUALIFICATION | EPTSPEC_VALID_CONVERTIBLE |
                 EPTSPEC_VALID_WORDS | EPTSPEC_VALID_GUEST_PHYSICAL_ADDRESS;
  answer.guest_physical_address = holds(state, id("address_of_byte")) ? state['g'] : state['g'] & ~Word{0xfff};
  for (std::uint32_t n = 0; n < asked.word_count; ++n) answer.words[n] = asked.words[n].value;
  constexpr Word kAddress = bit(52) - bit(12);
  Word from = state['p'] & kAddress;
  if (holds(state, id("width"))) return violate(state, answer);
  for (int level = holds(state, id("five")) ? 5 : 4; level >= 1; --level) {
    const Word entry = eptspec_read(&asked, from | (state['g'] >> (3 + 9 * level) & 0x1ff) << 3);
    take(state, level, entry);
    state['u'] = state['A'];
    state['A'] &= entry;
    answer.level = static_cast<std::uint32_t>(level);
    if (ends(state, answer)) break;
    from = entry & kAddress;
  }
  if (answer.result == EPTSPEC_WALK_TRANSLATED) set_flags(state, asked, static_cast<int>(answer.level), answer);
}

void run(const eptspec_case* cases, eptspec_answer* answers, std::size_t count) {
  for (std::size_t n = 0; n < count; ++n) {
    const eptspec_case& asked = cases[n];
    eptspec_answer& answer = answers[n];
    State state = state_of(asked);
    answer.id = asked.id;
    answer.status = EPTSPEC_ANSWERED;
    if (asked.question == EPTSPEC_QUESTION_EPTP) {
      const bool refused = any(state, id("eptp_memory_type_reserved"), id("eptp_address"));
      answer.result = refused ? EPTSPEC_EPTP_REFUSED : EPTSPEC_EPTP_ACCEPTED;
      answer.valid = EPTSPEC_VALID_VM_INSTRUCTION_ERROR;
      answer.vm_instruction_error = holds(state, id("error_7")) ? 7 : 8;
    } else if (asked.question == EPTSPEC_QUESTION_ENTRY) {
      take(state, static_cast<int>(asked.level), asked.words[0].value);
      answer.result = classify(state);
    } else {
      run_walk(asked, state, answer);
    }
  }
}

}  // namespace

int eptspec_describe(eptspec_adapter* adapter) {
  for (std::size_t n = 0; n < kRules.size(); ++n) terms[n] = parse(kRules[n].text);
  const char* const given = std::getenv("EPTSPEC_TEST_MISTAKE");
  if (const std::string_view mistake = given == nullptr ? "" : given; !mistake.empty()) {
    const std::size_t equals = mistake.find('=');
    std::size_t rule = 0;
    while (kRules.at(rule).name != mistake.substr(0, equals)) ++rule;
    terms.at(rule) = parse(mistake.substr(equals + 1));
  }
  adapter->abi_version = EPTSPEC_ABI_VERSION;
  adapter->name = "walker";
  adapter->version = "1";
  adapter->questions = EPTSPEC_QUESTION_EPTP | EPTSPEC_QUESTION_ENTRY | EPTSPEC_QUESTION_WALK;
  adapter->flags = EPTSPEC_ANY_CONFIGURATION;
  adapter->run = run;
  return 0;
}
