// The targets `bochs[:MODEL][/PATH]` and `qemu`: the image, booted by an emulator. Owns how Bochs is set up for all
// that start it; the cases of the image and the meaning of its answers are in metal/. Tests: tests/harness/boot.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "harness/adapters/adapter.h"
#include "harness/metal/blob.h"
#include "harness/metal/open_machine.h"

namespace harness {

// Models of Bochs 2.7 that have VMX.
std::span<const char* const> bochs_models();
// Throws std::runtime_error when there is no such model. target: which kind of it.
void check_bochs_model(const std::string& target, const std::string& model);

// A machine in Bochs, its configuration being that of bochsrc.inc.
struct BochsMachine {
  std::string model;
  std::filesystem::path directory;  // where its files go, bochs.log and serial.txt among them
  std::filesystem::path medium;     // that boots it
  bool cd = false;                  // what the medium is; else a disk
  std::filesystem::path disk = {};  // a second one
  bool linux = false;               // what it boots; else the image
};
// Writes the machine's files, `commands` being those of the debugger, and gives the command that starts Bochs. Throws
// std::runtime_error when that is missing.
std::vector<std::string> set_up_bochs(const BochsMachine& machine, const std::string& commands);

// What boots the image: our own boot sector, or GRUB from a CD.
enum class BootFrom { disk, multiboot1, multiboot2 };
BootFrom boot_named(const std::string& name);  // throws std::runtime_error

struct BochsOptions {
  std::string model = kBochsModel;
  BootFrom boot = BootFrom::disk;
  double timeout_seconds = 120;  // for one start of Bochs
};

// Runs the job on the image in Bochs. When Bochs dies or hangs during the job, it is started again, with the results on
// its disk, and the case that it does not survive is recorded as such. Throws std::runtime_error with one line when
// Bochs is missing or does not come as far as the image. version: where its name and version go, if wanted.
Results run_in_bochs(const BochsOptions& options, const Job& job, std::string* version = nullptr);

// The machine is examined first, so that description() is its own.
std::unique_ptr<Adapter> open_bochs(const BochsOptions& options, Path path = Path::ordinary);

// Throws NotTested without VMX, and std::runtime_error with one line.
std::unique_ptr<Adapter> open_qemu();

}  // namespace harness
