// Bochs with a CD that boots Linux and the launcher, as a session's peer. Tests: the run of kvm-bochs in
// tests/harness/kvm/kvm_test.py.
#pragma once

#include <string>

#include "harness/kvm/launcher_session.h"

namespace harness {

// Starts Bochs, its processor of this model. `disc` is an ISO image (medium.h). Throws std::runtime_error.
Peer start_emulator(const std::string& model, const std::string& disc);

}  // namespace harness
