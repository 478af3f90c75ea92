// How Bochs is set up, for all that start it: bochsrc.inc is the text, also of the tests' machine
// (tests/harness/boot/machine.py). Owns no process. Tests: whatever runs in Bochs, tests/harness/boot.
#pragma once

#include <string>

namespace harness {

struct BochsMachine {
  std::string model;
  std::string directory;  // where its log and what comes out of the serial line go, as bochs.log and serial.txt
  std::string boot;       // "disk" or "cdrom"
  std::string master;     // drives, see below
  std::string slave = "type=none";
  unsigned ips = 5000000;  // instructions in a second of emulated time
  unsigned guest_megabytes = 2112;
  unsigned host_megabytes = 512;
  bool ignore_bad_msrs = false;
  bool magic_break = true;  // XCHG BX,BX goes to the debugger, which then goes on with its commands
};

std::string bochs_disk(const std::string& path);
std::string bochs_cd(const std::string& path);

// The text of a bochsrc.
std::string bochs_configuration(const BochsMachine& machine);

}  // namespace harness
