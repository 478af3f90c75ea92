#include "vectors/generate/relatives.h"

namespace vectors {

namespace {

constexpr int kMostChanged = 4;

ept_word& word_of(Case& asked, int level) {
  if (asked.question == Question::eptp) return asked.eptp;
  return asked.entries.at(static_cast<std::size_t>(asked.level - level));
}

bool is_legal(const Case& asked, const ept_context& context, int level, ept_word word) {
  if (asked.question == Question::eptp) return ept_check_eptp(&asked.configuration, word) == 0;
  const ept_kind kind = ept_classify(&context, level, word).kind;
  return kind == EPT_TABLE || kind == EPT_PAGE;
}

// The next larger number with as many bits; 0 after the last one.
ept_word next_with_as_many_bits(ept_word number) {
  const ept_word low = number & (0 - number);
  const ept_word ripple = number + low;
  return ripple == 0 ? 0 : ripple | ((number ^ ripple) >> 2) / low;
}

}  // namespace

std::optional<Case> nearest_legal(const Case& asked, int level) {
  Case changed = asked;
  ept_word& word = word_of(changed, level);
  const ept_word start = word;
  ept_context context;
  ept_prepare(&asked.configuration, asked.eptp, &context);
  for (int bits = 1; bits <= kMostChanged; ++bits) {
    for (ept_word change = (ept_word{1} << bits) - 1; change != 0; change = next_with_as_many_bits(change)) {
      word = start ^ change;
      if (is_legal(asked, context, level, word) && tables_are_apart(changed)) return changed;
    }
  }
  return std::nullopt;
}

Case not_present_twin(const Case& asked, int level) {
  Case changed = asked;
  ept_context context;
  ept_prepare(&asked.configuration, asked.eptp, &context);
  word_of(changed, level) &= ~context.present;
  return changed;
}

}  // namespace vectors
