#include "harness/image/case_words.h"

#include "harness/image/cpu.h"
#include "harness/image/guest.h"

namespace image {

namespace {

// And what was there before.
struct Kept {
  uint64_t address;
  uint64_t before;
  bool wanted;
};
constexpr unsigned kMostKept = 2 * (kMostWords + 1);  // of two cases
Kept kept[kMostKept];
unsigned kept_count = 0;

void put(uint64_t address, uint64_t value) {
  unsigned n = 0;
  while (n < kept_count && kept[n].address != address) ++n;
  if (n == kept_count) kept[kept_count++] = {address, word_at(address), true};
  kept[n].wanted = true;
  if (word_at(address) != value) word_at(address) = value;
}

void put_back_unwanted() {
  unsigned left = 0;
  for (unsigned n = 0; n < kept_count; ++n) {
    if (kept[n].wanted) {
      kept[left] = kept[n];
      kept[left++].wanted = false;
    } else {
      word_at(kept[n].address) = kept[n].before;
    }
  }
  kept_count = left;
}

}  // namespace

void put_words(const Case& asked) {
  for (uint32_t n = 0; n < asked.word_count; ++n) put(words_of(asked)[n].address, words_of(asked)[n].value);
  if (asked.act != Act::entry_only) put(asked.own_slot, own_entry(asked.own_level));
  put_back_unwanted();
}

void note_words(const Case& asked, Record& record) {
  if (kept_count == 0) return;
  for (uint32_t n = 0; n < asked.word_count; ++n) words_of(record)[n] = word_at(words_of(asked)[n].address);
}

void put_back_words() { put_back_unwanted(); }

void fill_pages(const uint64_t* pages, uint32_t count) {
  for (uint32_t n = 0; n < count; ++n) {
    for (uint64_t at = pages[n]; at < pages[n] + 4096; at += 8) word_at(at) = identity_word(at);
  }
}

uint64_t changed_words(const uint64_t* pages, uint32_t count, uint64_t* first) {
  uint64_t changed = 0;
  for (uint32_t n = 0; n < count; ++n) {
    for (uint64_t at = pages[n]; at < pages[n] + 4096; at += 8) {
      if (word_at(at) == identity_word(at)) continue;
      if (changed++ == 0) *first = at;
    }
  }
  return changed;
}

}  // namespace image
