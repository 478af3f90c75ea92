// The text screen that a BIOS leaves.
#include "harness/image/console.h"

namespace image {

namespace {

constexpr unsigned kColumns = 80;
constexpr unsigned kRows = 25;
constexpr uint16_t kBlank = 0x0720;

volatile uint16_t* const kScreen = reinterpret_cast<volatile uint16_t*>(0xb8000);
unsigned at = 0;  // next place
bool cleared = false;

void scroll() {
  for (unsigned n = 0; n < kColumns * (kRows - 1); ++n) kScreen[n] = kScreen[n + kColumns];
  for (unsigned n = kColumns * (kRows - 1); n < kColumns * kRows; ++n) kScreen[n] = kBlank;
  at -= kColumns;
}

}  // namespace

void put_on_screen(char c) {
  for (unsigned n = 0; n < kColumns * kRows && !cleared; ++n) kScreen[n] = kBlank;
  cleared = true;
  if (c == '\n') {
    at += kColumns - at % kColumns;
  } else if (c != '\r') {
    kScreen[at++] = static_cast<uint16_t>(0x0700 | static_cast<uint8_t>(c));
  }
  if (at >= kColumns * kRows) scroll();
}

}  // namespace image
