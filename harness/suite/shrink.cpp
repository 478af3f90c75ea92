// Makes a failing case smaller.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "harness/judge/cause.h"
#include "harness/judge/judging.h"
#include "harness/suite/stream.h"
#include "harness/support/names.h"
#include "vectors/format/random.h"

namespace harness {

namespace {

using vectors::Case;
using vectors::Question;
using vectors::Vector;

// Tables apart from that at the pointer; a vector that allows a write to each part.
Case plain_sub_page_check(Case plain) {
  plain.access = EPT_ACCESS_WRITE;
  plain.registers.sub_page_table_pointer = 0x8000;
  ept_word table = 0x9000;
  for (ept_word& entry : plain.entries) {
    entry = table | EPT_SUB_PAGE_VALID;
    table += 0x1000;
  }
  plain.entries.back() = ~ept_sub_page_forbidden(plain.registers.maxphyaddr, 1);
  return plain;
}

// Good in every way that the configuration allows; its page lies at 1 GByte, so that any size fits.
Case plain_case(const Case& failing) {
  constexpr ept_word kAllowed = EPT_ENTRY_READ | EPT_ENTRY_WRITE | EPT_ENTRY_EXECUTE;
  const ept_registers& with = failing.registers;
  Case plain = failing;
  // The EPTP of anything but a question about it is good, and its number of levels belongs to the question.
  constexpr ept_word kTypeAndLength = 0x3f;
  const ept_word type = (with.capability & EPT_CAPABILITY_MEMORY_TYPE_WB) != 0 ? 6 : 0;
  const ept_word length = (with.capability & EPT_CAPABILITY_WALK_LENGTH_4) != 0 ? 3 : 4;
  plain.registers.eptp =
      0x1000 | (failing.question == Question::eptp ? type | length << 3 : failing.registers.eptp & kTypeAndLength);
  plain.guest_physical_address = 0;
  plain.access = failing.question == Question::walk ? EPT_ACCESS_READ : 0;
  if (failing.question == Question::sub_page) return plain_sub_page_check(plain);
  ept_word table = 0x2000;
  int level = failing.level;
  for (ept_word& entry : plain.entries) {
    entry = level == 1 ? 0x40000000 | 6U << 3 | kAllowed : table | kAllowed;
    table += 0x1000;
    --level;
  }
  return plain;
}

// Word n of a case: EPTP or sub-page table pointer, guest-physical address, access, then the entries.
ept_word& word_at(Case& asked, std::size_t n) {
  switch (n) {
    case 0: return asked.question == Question::sub_page ? asked.registers.sub_page_table_pointer : asked.registers.eptp;
    case 1: return asked.guest_physical_address;
    case 2: return asked.access;
    default: return asked.entries[n - 3];
  }
}

constexpr std::size_t kAccess = 2;

struct Bit {
  std::size_t word;
  unsigned bit;
};
using Bits = std::vector<Bit>;

bool is_asked_sensibly(const Case& asked) {
  if (vectors::has_outcome(asked.question) && !vectors::is_access(asked.access)) return false;
  if (asked.question == Question::sub_page && !vectors::reaches_sub_page_check(asked)) return false;
  return asked.question == Question::eptp || vectors::eptp_rules_of(asked.registers) == 0;
}

Bits differing(Case from, Case to) {
  Bits all;
  for (std::size_t n = 0; n < 3 + from.entries.size(); ++n) {
    const ept_word differing = word_at(from, n) ^ word_at(to, n);
    for (unsigned bit = 0; bit < 64; ++bit) {
      if ((differing >> bit & 1) != 0) all.push_back({n, bit});
    }
  }
  return all;
}

std::string name_of(Case asked, const Bit& bit) {
  const bool sub_page = asked.question == Question::sub_page;
  const std::array words = {sub_page ? "sub-page table pointer" : "EPTP", "guest-physical address"};
  const ept_word mask = ept_word{1} << bit.bit;
  const bool is_set = (word_at(asked, bit.word) & mask) != 0;
  if (bit.word == kAccess) return fmt::format("access {}{}", is_set ? "" : "not ", names_of(ept_access_names, mask));
  const std::string word = bit.word < words.size()
                               ? words.at(bit.word)
                               : fmt::format("level {}", asked.level - static_cast<int>(bit.word - kAccess - 1));
  return fmt::format("{} bit {} {}", word, bit.bit, is_set ? "set" : "clear");
}

// Delta debugging (Zeller, Hildebrandt 2002): sets of bits that are put on top of the plain case.
class Shrinker {
 public:
  Shrinker(Adapter& adapter, const Vector& vector, Cause cause)
      : judging_(adapter), vector_(vector), failing_(vector.asked), cause_(std::move(cause)) {
    if (failing_.question == Question::walk) failing_.entries.resize(static_cast<std::size_t>(failing_.level), 0);
    plain_ = plain_case(failing_);
  }

  std::optional<Shrunk> shrink() {
    const Bits all = differing(plain_, failing_);
    judge_each({{}});
    if (deviates(judgements_[0].verdict)) return Shrunk{tried_[0], judgements_[0], all.size(), {}};
    if (judgements_[0].verdict != Verdict::pass || !first_failing({all})) return std::nullopt;
    Bits bits = reduced(all);
    if (bits.size() > 1) bits = fewer(all, bits);
    first_failing({bits});
    Shrunk shrunk{tried_[0], judgements_[0], all.size(), {}};
    for (const Bit& bit : bits) shrunk.differences.push_back(name_of(failing_, bit));
    return shrunk;
  }

 private:
  [[nodiscard]] Vector with(const Bits& bits) const {
    Vector vector;
    vector.id = vector_.id;
    vector.profile = vector_.profile;
    vector.asked = plain_;
    for (const Bit& bit : bits) {
      word_at(vector.asked, bit.word) ^= ept_word{1} << bit.bit;
    }
    vector.expected = expected_of(vector.asked);
    return vector;
  }

  void judge_each(const std::vector<Bits>& sets) {
    tried_.clear();
    for (const Bits& bits : sets) tried_.push_back(with(bits));
    judgements_ = judging_.judge_once(puts_of(tried_));
  }

  std::optional<std::size_t> first_failing(const std::vector<Bits>& sets) {
    judge_each(sets);
    for (std::size_t n = 0; n < sets.size(); ++n) {
      if (!is_asked_sensibly(tried_[n].asked)) continue;
      if (deviates(judgements_[n].verdict) && is_alike(cause_of(tried_[n], judgements_[n]), cause_)) return n;
    }
    return std::nullopt;
  }

  // All of one granularity are asked in one batch.
  Bits reduced(Bits bits) {
    std::size_t parts = 2;
    while (bits.size() > 1) {
      parts = std::min(parts, bits.size());
      std::vector<Bits> sets;
      for (std::size_t n = 0; n < parts; ++n) {
        const auto begin = bits.begin() + static_cast<std::ptrdiff_t>(n * bits.size() / parts);
        const auto end = bits.begin() + static_cast<std::ptrdiff_t>((n + 1) * bits.size() / parts);
        sets.insert(sets.begin() + static_cast<std::ptrdiff_t>(n), Bits(begin, end));
        Bits& others = sets.emplace_back(bits.begin(), begin);
        others.insert(others.end(), end, bits.end());
      }
      if (const auto found = first_failing(sets)) {
        const std::size_t before = bits.size();
        bits = sets[*found];
        parts = bits.size() * 2 > before ? std::max<std::size_t>(parts - 1, 2) : 2;
      } else if (parts == bits.size()) {
        break;
      } else {
        parts *= 2;
      }
    }
    return bits;
  }

  // Bits that cannot be taken back one by one are not always the fewest: single bits and pairs are all tried.
  Bits fewer(const Bits& all, Bits bits) {
    std::vector<Bits> singles;
    std::vector<Bits> pairs;
    for (std::size_t n = 0; n < all.size(); ++n) {
      singles.push_back({all[n]});
      for (std::size_t m = 0; m < n; ++m) pairs.push_back({all[m], all[n]});
    }
    if (const auto found = first_failing(singles)) return singles[*found];
    if (bits.size() == 2 || pairs.size() > kMostPairs) return bits;
    if (const auto found = first_failing(pairs)) return pairs[*found];
    return bits;
  }

  static constexpr std::size_t kMostPairs = 20000;

  Judging judging_;
  const Vector& vector_;
  Case failing_;
  Cause cause_;
  Case plain_;
  std::vector<Vector> tried_;
  std::vector<Judgement> judgements_;
};

}  // namespace

std::optional<Shrunk> shrink(Adapter& adapter, const Vector& vector, const Judgement& judgement) {
  const bool steady = judgement.verdict == Verdict::fail || judgement.verdict == Verdict::error;
  if (!steady || judgement.fate == Fate::hang || !was_asked(judgement)) return std::nullopt;
  return Shrinker(adapter, vector, cause_of(vector, judgement)).shrink();
}

}  // namespace harness
