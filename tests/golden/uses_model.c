/* The golden header alone, as C11: compiled freestanding, and run to show that it links without any library of ours. */
#include "tests/golden/ept_model.h"

static ept_word read_nothing(void* memory, ept_word address) {
  (void)memory;
  (void)address;
  return 0;
}

int main(void) {
  const struct ept_configuration configuration = {46, 0xf0106334141u, 0, 0x80000000u, 2, 0, 0};
  struct ept_context context;
  if (ept_check_eptp(&configuration, 0x101e) != 0) return 1;
  ept_prepare(&configuration, 0x101e, &context);
  if (ept_classify(&context, 1, 0x2037).kind != EPT_PAGE) return 2;
  if (ept_walk(&context, 0, EPT_ACCESS_READ, read_nothing, 0).result != EPT_VIOLATION) return 3;
  /* Clearing a bit keeps the upper half: the constants are 64 bits wide. */
  ept_word entry = EPT_ENTRY_SUPPRESS_VE | EPT_ENTRY_WRITE | EPT_ENTRY_READ;
  entry &= ~EPT_ENTRY_WRITE;
  if (entry != (EPT_ENTRY_SUPPRESS_VE | EPT_ENTRY_READ)) return 4;
  return 0;
}
