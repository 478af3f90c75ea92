/* The emitted names with the emitted header, as C11: a table is searched for a rule, which has its name and its place;
 * a register is where the manual puts it. */
#include <string.h>

#include "ept_controls.h"
#include "ept_names.h"

static int registers_are_in_place(void) {
  const struct ept_register_name* eptp = &ept_register_names[EPT_REGISTER_EPTP];
  const struct ept_register_name* capability = &ept_register_names[EPT_REGISTER_CAPABILITY];
  static struct ept_registers registers; /* all 0 */
  registers.vmx_basic = EPT_VMX_BASIC_TRUE_CONTROLS;
  registers.vmx_true_pinbased_ctls = 0xff00000016;
  return eptp->role == EPT_ROLE_FIELD && eptp->number == 0x201a && eptp->address == 0xffffffffff000 &&
         capability->role == EPT_ROLE_CAPABILITY && capability->number == 0x48c &&
         ept_required(&registers, EPT_REGISTER_PIN_BASED_CONTROLS) == 0x16 &&
         ept_allowed(&registers, EPT_REGISTER_PIN_BASED_CONTROLS) == 0xff;
}

int main(void) {
  if (!registers_are_in_place()) return 4;
  const size_t count = sizeof ept_entry_rule_names / sizeof *ept_entry_rule_names;
  for (size_t n = 0; n < count; ++n) {
    const struct ept_name* name = &ept_entry_rule_names[n];
    if (name->bits != EPT_RULE_RESERVED_MEMORY_TYPE) continue;
    if (strcmp(name->name, "reserved_memory_type") != 0) return 2;
    return strstr(name->cite, "EPT Misconfigurations") != NULL ? 0 : 3;
  }
  return 1;
}
