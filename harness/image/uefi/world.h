// Two worlds on one processor. In the firmware's its services work. In the image's own nothing of it is in force: own
// page tables, segments and exceptions, no interrupts, no control-flow enforcement, as the BIOS image has it (entry.S).
#pragma once

namespace image {

// Once, in the firmware's world.
void prepare_own_world();

void enter_own_world();
void leave_own_world();  // not in VMX operation

}  // namespace image
