// The launcher's line to eptspec: orders in, frames out. Tests: tests/harness/kvm.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/kvm/frames.h"

namespace kvm {

struct Job {
  Order order;
  std::string image;
  std::string cases;
};

// Standard input and output, or inside an emulator a disk (the slave of the first ATA channel) and port E9H, which need
// the right to them. False when there is none.
bool open_line();

// Waits for an order after number `last`. False when there will be none.
bool next_job(std::uint32_t last, Job& job);

void say(Say what, std::string_view payload);

}  // namespace kvm
