#include "vectors/format/random.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>

#include <fmt/format.h>

#include "vectors/format/names.h"

namespace vectors {

namespace {

constexpr ept_word kAddressBits = 52;
constexpr ept_word kPage = 0x1000;
constexpr ept_word kAll = ~ept_word{0};

constexpr std::span kUsualAccesses(ept_usual_access_names);

// The attributes that can come with each of them: those that do not tell them apart.
const ept_word kCircumstances = all_bits(ept_access_names) & ~all_bits(kUsualAccesses);

// Without one of each two no EPTP is accepted.
constexpr ept_word kEptpCapabilities = EPT_CAPABILITY_MEMORY_TYPE_UC | EPT_CAPABILITY_MEMORY_TYPE_WB |
                                       EPT_CAPABILITY_WALK_LENGTH_4 | EPT_CAPABILITY_WALK_LENGTH_5;

constexpr ept_word low_bits(ept_word count) { return count >= 64 ? kAll : (ept_word{1} << count) - 1; }

ept_word one_of(Random& random, ept_word bits) {
  if (bits == 0) return 0;
  for (std::uint64_t skip = random.below(static_cast<std::uint64_t>(std::popcount(bits))); skip > 0; --skip)
    bits &= bits - 1;
  return bits & (0 - bits);
}

// Of these bits all, all but one, one, none, or about half.
ept_word drawn(Random& random, ept_word bits) {
  const ept_word one = one_of(random, bits);
  switch (random.below(8)) {
    case 0: return bits;
    case 1: return bits & ~one;
    case 2: return one;
    case 3: return 0;
    default: return random.next() & bits;
  }
}

// Most accept some EPTP; the controls are all that there are.
ept_registers drawn_processor(Random& random) {
  ept_registers drawn_one{};
  constexpr std::array<ept_word, 4> kBounds = {EPT_MAXPHYADDR_MIN, EPT_MAXPHYADDR_MIN + 1, EPT_MAXPHYADDR_MAX - 1,
                                               EPT_MAXPHYADDR_MAX};
  constexpr ept_word kWidths = EPT_MAXPHYADDR_MAX - EPT_MAXPHYADDR_MIN + 1;
  drawn_one.maxphyaddr = EPT_MAXPHYADDR_MIN + random.below(kWidths);
  if (random.one_in(2)) drawn_one.maxphyaddr = kBounds[random.below(kBounds.size())];
  const ept_word named = all_bits(ept_capability_names);
  drawn_one.capability = random.one_in(3) ? drawn(random, named) : named & ~drawn(random, named & ~kEptpCapabilities);
  if (!random.one_in(32)) {
    drawn_one.capability |= random.one_in(4) ? EPT_CAPABILITY_MEMORY_TYPE_UC : EPT_CAPABILITY_MEMORY_TYPE_WB;
    drawn_one.capability |= random.one_in(2) ? EPT_CAPABILITY_WALK_LENGTH_5 : EPT_CAPABILITY_WALK_LENGTH_4;
  }
  for (const Controls& word : kControls) controls_in(drawn_one, word) = all_bits(vocabulary_of(word));
  drawn_one.parameters = drawn(random, all_bits(ept_parameters_names));
  return drawn_one;
}

class Maker {
 public:
  Maker(const ept_registers& allowed, Random& random) : allowed_(allowed), random_(random) {}

  Case make() {
    asked_.registers = configuration();
    asked_.registers.eptp = good_eptp();
    const ept_word question = random_.below(8);
    if (question == 0 || eptp_rules_of(asked_.registers) != 0) return about_eptp();
    context_ = context_of(asked_.registers);
    if (question == 7 && reaches_sub_page_check(sub_page_case())) return about_sub_page();
    return question < 3 ? about_entry() : about_walk();
  }

 private:
  // Of these bits about half, a quarter or none.
  ept_word some(ept_word bits) {
    const ept_word density = random_.below(4);
    if (density == 0) return 0;
    return density == 1 ? random_.next() & random_.next() & bits : random_.next() & bits;
  }

  ept_registers configuration() {
    ept_registers own = allowed_;
    for (const Controls& word : kControls) {
      ept_word& value = controls_in(own, word);
      value = drawn(random_, value) | (value & word.enabled);
    }
    return own;
  }

  // A bit of a word where mistakes are made: near the width, in the low bits, or anywhere.
  ept_word bit_of_interest() {
    switch (random_.below(4)) {
      case 0: return ept_word{1} << (allowed_.maxphyaddr - 2 + random_.below(4));
      case 1: return ept_word{1} << random_.below(13);
      default: return ept_word{1} << random_.below(64);
    }
  }

  // Often at the width: the highest page, or the highest bit alone.
  ept_word page_address() {
    const ept_word all = low_bits(allowed_.maxphyaddr) & ~(kPage - 1);
    switch (random_.below(16)) {
      case 0: return all;
      case 1: return all & ~(all >> 1);
      default: return random_.next() & all;
    }
  }

  [[nodiscard]] bool is_accepted(ept_word eptp) const {
    ept_registers registers = asked_.registers;
    registers.eptp = eptp;
    return eptp_rules_of(registers) == 0;
  }

  // One that the processor accepts, if there is one: write-back and each walk length are tried first in turn.
  ept_word good_eptp() {
    const ept_word five = random_.below(2);
    const ept_word uncacheable = random_.below(4) == 0 ? 1 : 0;
    for (ept_word choice = 0; choice < 4; ++choice) {
      const ept_word length = 3 + (five ^ (choice & 1));
      const ept_word type = (uncacheable ^ choice >> 1) != 0 ? 0 : 6;
      ept_word eptp = page_address() | length << 3 | type;
      if (!is_accepted(eptp)) continue;
      for (const ept_word flag : {EPT_EPTP_ENABLE_ACCESSED_DIRTY, EPT_EPTP_ENFORCE_SUPERVISOR_SHADOW_STACK}) {
        const ept_word with = eptp | (random_.below(2) == 0 ? 0 : flag);
        if (is_accepted(with)) eptp = with;
      }
      return eptp;
    }
    return page_address();
  }

  Case about_eptp() {
    asked_.question = Question::eptp;
    for (ept_word flips = random_.below(3); flips > 0; --flips) asked_.registers.eptp ^= bit_of_interest();
    if (random_.one_in(4)) asked_.registers.eptp = (asked_.registers.eptp & ~ept_word{0x3f}) | random_.below(64);
    return asked_;
  }

  // Breaks no rule, but that it may map a page so large that the processor has none if `any_size`.
  ept_word good_entry(int level, bool large, bool any_size) {
    const ept_masks& page = context_.masks[level][1];
    const bool bit_7 = large && (page.rules == 0 || any_size);
    const ept_masks& masks = bit_7 ? page : context_.masks[level][0];
    ept_word entry = some(kAll & ~EPT_ENTRY_ADDRESS) | page_address();
    if (bit_7)
      entry |= EPT_ENTRY_PAGE_SIZE;
    else
      entry &= ~EPT_ENTRY_PAGE_SIZE;
    entry &= ~masks.forbidden;
    while ((ept_broken_rules(&masks, entry) & EPT_RULE_RESERVED_MEMORY_TYPE) != 0)
      entry = (entry & ~EPT_ENTRY_MEMORY_TYPE) | random_.below(8) << 3;
    if (!random_.one_in(4)) entry |= context_.present;
    if ((entry & context_.present) == 0 || ept_broken_rules(&masks, entry) != 0) entry |= EPT_ENTRY_READ;
    return entry;
  }

  ept_word spoiled(ept_word entry) {
    switch (random_.below(4)) {
      case 0: return entry & ~context_.present;
      case 1: return entry & ~(some(context_.present) | EPT_ENTRY_READ);
      case 2: return entry ^ bit_of_interest() ^ bit_of_interest();
      default: return entry ^ bit_of_interest();
    }
  }

  Case about_entry() {
    asked_.question = Question::entry;
    asked_.level = 1 + static_cast<int>(random_.below(static_cast<ept_word>(context_.levels)));
    asked_.entries = {good_entry(asked_.level, random_.one_in(2), random_.one_in(4))};
    if (random_.below(4) != 0) asked_.entries[0] = spoiled(asked_.entries[0]);
    return asked_;
  }

  ept_word guest_physical_address() {
    ept_word address = random_.next() & low_bits(kAddressBits);
    if (random_.one_in(4)) address |= low_bits(12 + 9 * random_.below(5));
    const ept_word wide = context_.levels == 4 && !random_.one_in(32) ? EPT_GPA_BITS_51_48 : 0;
    return address & ~wide & low_bits(kAddressBits);
  }

  [[nodiscard]] bool is_too_wide() const {
    return context_.levels == 4 && (asked_.guest_physical_address & EPT_GPA_BITS_51_48) != 0;
  }

  Case about_walk() {
    asked_.question = Question::walk;
    asked_.level = context_.levels;
    asked_.access = kUsualAccesses[random_.below(kUsualAccesses.size())].bits | some(kCircumstances);
    asked_.guest_physical_address = guest_physical_address();
    do take_entries();
    while (!tables_are_apart(asked_));
    return asked_;
  }

  // A write that the walk lets the table decide on, where it is in use.
  [[nodiscard]] Case sub_page_case() const {
    Case asked = asked_;
    asked.question = Question::sub_page;
    asked.access = EPT_ACCESS_WRITE;
    return asked;
  }

  ept_word sub_page_entry(int level, bool good) {
    const ept_word forbidden = ept_sub_page_forbidden(allowed_.maxphyaddr, level);
    if (level == 1) return good ? random_.next() & ~forbidden : random_.next() & random_.next();
    const ept_word entry = page_address() | EPT_SUB_PAGE_VALID;
    return good ? entry : entry ^ bit_of_interest();
  }

  Case about_sub_page() {
    asked_ = sub_page_case();
    asked_.level = kSubPageLevels;
    asked_.guest_physical_address = guest_physical_address() & ~EPT_GPA_BITS_51_48;
    const int spoilt = random_.one_in(2) ? 0 : 1 + static_cast<int>(random_.below(kSubPageLevels));
    do {
      asked_.registers.sub_page_table_pointer = page_address();
      asked_.entries.clear();
      for (int level = asked_.level; level >= 1; --level)
        asked_.entries.push_back(sub_page_entry(level, level != spoilt));
    } while (!tables_are_apart(asked_));
    return asked_;
  }

  void take_entries() {
    asked_.entries.clear();
    // Which of the two is found first, an address too wide or a bad entry, is nowhere said.
    const bool sound = random_.one_in(2) || is_too_wide();
    const int spoilt = sound ? 0 : 1 + static_cast<int>(random_.below(5));
    for (int level = asked_.level; level >= 1; --level) {
      const ept_word good = good_entry(level, random_.one_in(4), !sound && random_.one_in(8));
      asked_.entries.push_back(level == spoilt ? spoiled(good) : good);
    }
  }

  const ept_registers& allowed_;
  Random& random_;
  Case asked_;
  ept_context context_{};
};

}  // namespace

std::uint64_t Random::next() {
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebU;
  return mixed ^ mixed >> 31;
}

bool is_access(ept_word access) {
  return std::any_of(kUsualAccesses.begin(), kUsualAccesses.end(),
                     [&](const ept_name& usual) { return usual.bits == (access & ~kCircumstances); });
}

Vector random_vector(const std::optional<ept_registers>& allowed, const std::string& profile, std::uint64_t seed,
                     std::uint64_t index) {
  Random random(Random(seed).next() ^ Random(~index).next());
  Vector vector;
  vector.id = fmt::format("random/{}/{}", seed, index);
  vector.profile = profile;
  const ept_registers processor = allowed ? *allowed : drawn_processor(random);
  vector.asked = Maker(processor, random).make();
  vector.expected = expected_of(vector.asked);
  vector.goals = {vector.id};
  return vector;
}

}  // namespace vectors
