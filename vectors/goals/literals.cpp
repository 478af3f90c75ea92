#include "vectors/goals/literals.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "ept_names.h"
#include "vectors/format/names.h"

namespace vectors {

namespace {

constexpr ept_word kAddressBits = (ept_word{1} << 52) - 1;
constexpr ept_word kLevelBits = 0x3e;

ept_word permissions_of(ept_word entry) { return (entry & 7) | (entry >> 10 & 1) << 3; }

}  // namespace

Literals::Literals(const spec::Spec& spec) : spec_(spec) {
  for (const spec::Field& field : register_of(spec, "capability").fields) {
    if (field.kind == spec::FieldKind::field) vocabulary_[at(LiteralWord::capability)] |= mask_of(bits_at(field.bits));
  }
  for (std::size_t word = at(LiteralWord::controls); is_controls(word); ++word) {
    // Without EPT there is nothing to ask.
    vocabulary_[word] = all_bits(vocabulary_of(controls_at(word))) & ~controls_at(word).enabled;
  }
  vocabulary_[at(LiteralWord::eptp)] = vocabulary_[at(LiteralWord::sub_page_table_pointer)] = ~ept_word{0};
  vocabulary_[at(LiteralWord::guest_physical_address)] = kAddressBits;
  for (const spec::NamedBits& attribute : spec.attributes)
    vocabulary_[at(LiteralWord::access)] |= mask_of(attribute.bits);
  for (int level = 5; level >= 1; --level) vocabulary_[entry_word(level)] = ~ept_word{0};
  vocabulary_[at(LiteralWord::usual_access)] = (ept_word{1} << spec.accesses.size()) - 1;
  vocabulary_[at(LiteralWord::permissions)] = 0xffff;
  vocabulary_[at(LiteralWord::level)] = kLevelBits;
}

Assignment Literals::of(const Vector& vector) const {
  const Case& asked = vector.asked;
  Assignment found;
  const auto put = [&](std::size_t word, ept_word value) {
    found.known[word] = vocabulary_[word];
    found.set[word] = value & vocabulary_[word];
  };
  put(at(LiteralWord::capability), asked.registers.capability);
  for (std::size_t word = at(LiteralWord::controls); is_controls(word); ++word)
    put(word, controls_in(asked.registers, controls_at(word)));
  put(at(LiteralWord::eptp), asked.registers.eptp);
  if (asked.question == Question::eptp) return found;
  const bool accesses = has_outcome(asked.question);
  const int last = accesses ? static_cast<int>(vector.expected.outcome.level) : asked.level;
  for (int level = asked.level; last > 0 && level >= last; --level)
    put(entry_word(level), asked.entries[static_cast<std::size_t>(asked.level - level)]);
  put(at(LiteralWord::level), ept_word{1} << last);
  if (asked.question == Question::sub_page) {
    put(at(LiteralWord::sub_page_table_pointer), asked.registers.sub_page_table_pointer);
  } else if (last > 0) {
    const ept_word entry = asked.entries[static_cast<std::size_t>(asked.level - last)];
    put(at(LiteralWord::permissions), ept_word{1} << permissions_of(entry));
  }
  if (!accesses) return found;
  put(at(LiteralWord::guest_physical_address), asked.guest_physical_address);
  put(at(LiteralWord::access), asked.access);
  const ept_word usual = asked.access & usual_attributes(spec_);
  for (std::size_t i = 0; i < spec_.accesses.size(); ++i) {
    if (spec_.accesses[i].attributes == usual) put(at(LiteralWord::usual_access), ept_word{1} << i);
  }
  return found;
}

LiteralBits Literals::known_by(const Goal& goal) const {
  LiteralBits known{};
  const auto know = [&](std::size_t word) { known[word] = vocabulary_[word]; };
  for (std::size_t word = at(LiteralWord::capability); word <= at(LiteralWord::eptp); ++word) know(word);
  if (goal.question == Question::eptp) return known;
  know(at(LiteralWord::level));
  const bool accesses = has_outcome(goal.question);
  const int last = accesses ? goal.last : judged_level(goal);
  for (int level = accesses ? goal.levels : last; last > 0 && level >= last; --level) know(entry_word(level));
  if (goal.question == Question::sub_page)
    know(at(LiteralWord::sub_page_table_pointer));
  else if (last > 0)
    know(at(LiteralWord::permissions));
  if (!accesses) return known;
  for (const LiteralWord word : {LiteralWord::guest_physical_address, LiteralWord::access, LiteralWord::usual_access})
    know(at(word));
  return known;
}

std::string Literals::name(std::size_t word, unsigned bit) const {
  constexpr std::array kBehindControls = {"eptp",
                                          "sub-page table pointer",
                                          "guest-physical address",
                                          "access",
                                          "entry 5",
                                          "entry 4",
                                          "entry 3",
                                          "entry 2",
                                          "entry 1",
                                          "usual access",
                                          "permissions",
                                          "level"};
  static_assert(kBehindControls.size() == kLiteralWords - at(LiteralWord::eptp));
  const auto named = [&](std::string of, Vocabulary vocabulary) {
    std::ranges::replace(of, '_', '-');
    return fmt::format("{} {}", of, names_in(vocabulary, bit_of(bit)).front());
  };
  if (is_controls(word)) return named(controls_at(word).name, vocabulary_of(controls_at(word)));
  switch (static_cast<LiteralWord>(word)) {
    case LiteralWord::capability: return named("capability", ept_capability_names);
    case LiteralWord::access: return named("access", ept_access_names);
    case LiteralWord::usual_access: return fmt::format("access is {}", spec_.accesses.at(bit).id);
    case LiteralWord::permissions: return fmt::format("bits 10, 2:0 are {:04b}", bit);
    case LiteralWord::level: return fmt::format("ends at level {}", bit);
    default: return fmt::format("{} bit {}", kBehindControls.at(word - at(LiteralWord::eptp)), bit);
  }
}

}  // namespace vectors
