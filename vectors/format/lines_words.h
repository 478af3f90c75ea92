// What a line of vectors leaves out, shared by writer and reader. Fixed numbers: were they what most vectors of a file
// have, a vector more could change other lines.
#pragma once

#include "ept_model.h"

namespace vectors {

inline constexpr const char* kLinesFormat = "eptspec vectors 3";

inline constexpr ept_configuration kUsualControls = {.maxphyaddr = 0,
                                                     .capability = 0,
                                                     .pin_based_controls = 0,
                                                     .primary_controls = EPT_CONTROL_ACTIVATE_SECONDARY_CONTROLS,
                                                     .secondary_controls = EPT_CONTROL_ENABLE_EPT,
                                                     .tertiary_controls = 0,
                                                     .parameters = 0};
inline constexpr ept_word kUsualEptp = 0x101e;  // root 1000H, 4 levels, write-back
inline constexpr ept_word kUsualAccess = EPT_ACCESS_READ;

}  // namespace vectors
