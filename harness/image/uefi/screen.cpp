// The firmware's screen. What is printed in the image's own world has to wait until it can be shown.
#include "harness/image/console.h"
#include "harness/image/uefi/firmware.h"

namespace image {

namespace {

constexpr unsigned kRoom = 8192;
CHAR16 waiting[kRoom + 1];
unsigned count = 0;

}  // namespace

void put_on_screen(char c) {
  if (count + 2 > kRoom) return;
  if (c == '\n') waiting[count++] = '\r';
  waiting[count++] = static_cast<uint8_t>(c);
}

void show_screen() {
  waiting[count] = 0;
  count = 0;
  if (firmware->ConOut != nullptr) firmware->ConOut->OutputString(firmware->ConOut, waiting);
}

}  // namespace image
