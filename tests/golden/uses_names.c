/* The emitted names with the emitted header, as C11: a table is searched for a rule, which has its name and its place.
 */
#include <string.h>

#include "ept_names.h"

int main(void) {
  const size_t count = sizeof ept_entry_rule_names / sizeof *ept_entry_rule_names;
  for (size_t n = 0; n < count; ++n) {
    const struct ept_name* name = &ept_entry_rule_names[n];
    if (name->bits != EPT_RULE_RESERVED_MEMORY_TYPE) continue;
    if (strcmp(name->name, "reserved_memory_type") != 0) return 2;
    return strstr(name->cite, "EPT Misconfigurations") != NULL ? 0 : 3;
  }
  return 1;
}
