// Two worlds on one processor. In the firmware's world its services work. In the image's world the firmware's settings
// are not in force: the image has its own page tables, segments and exceptions, no interrupts and no control-flow
// enforcement, as the BIOS image has (entry.S).
#pragma once

namespace image {

// Once, in the firmware's world.
void prepare_own_world();

void enter_own_world();
void leave_own_world();  // not in VMX operation

}  // namespace image
