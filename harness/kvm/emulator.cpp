#include "harness/kvm/emulator.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/boot/bochs_configuration.h"
#include "harness/support/process.h"
#include "harness/support/program.h"
#include "vectors/format/file.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

constexpr const char* kProgram = "bochs-bin";
constexpr std::uintmax_t kOrders = std::uintmax_t{128} * 16 * 63 * kvm::kSector;  // an emulator wants whole cylinders

// The first sector says that the rest is there, so it comes last.
void give_order(const fs::path& disk, const std::string& sectors) {
  std::fstream out(disk, std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(kvm::kSector);
  out.write(sectors.data() + kvm::kSector, static_cast<std::streamsize>(sectors.size() - kvm::kSector));
  out.flush();
  out.seekp(0);
  out.write(sectors.data(), kvm::kSector);
  out.close();
  if (!out || sectors.size() > kOrders) throw std::runtime_error(disk.string() + ": the order cannot be written");
}

// What Bochs says when it gives up, and the serial line.
std::string console_of(const fs::path& directory) {
  std::string text = contents_of(directory / "serial.txt");
  std::ifstream log(directory / "bochs.log");
  for (std::string line; std::getline(log, line);) {
    if (line.find("PANIC") != std::string::npos) text += "\nBochs: " + line + "\n";
  }
  return text;
}

// What it says on its standard output is read from `output`.
pid_t spawn(const fs::path& directory, int& output) {
  const std::lock_guard<std::mutex> lock(spawn_mutex());
  const Pipe out = make_pipe();
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  const pid_t pid =
      start_program({kProgram, "-q", "-f", (directory / "bochsrc").string(), "-rc", (directory / "rc").string()},
                    {null, out.write, null});
  close(null);
  close(out.write);
  output = out.read;
  return pid;
}

}  // namespace

Peer start_emulator(const std::string& model, const std::string& disc) {
  if (!is_installed(kProgram)) {
    throw std::runtime_error(std::string(kProgram) + " is missing: install the packages bochs, bochsbios and vgabios");
  }
  const auto work = std::make_shared<const WorkDirectory>("kvm");
  const fs::path& directory = work->path();
  BochsMachine machine;
  machine.model = model;
  machine.directory = directory.string();
  machine.boot = "cdrom";
  machine.master = bochs_cd(disc);
  machine.slave = bochs_disk(machine.directory + "/orders.img");
  machine.ips = 50000000;  // keeps what Linux does on its clock small
  machine.guest_megabytes = 512;
  machine.ignore_bad_msrs = true;
  machine.magic_break = false;
  vectors::write_file(directory / "bochsrc", bochs_configuration(machine));
  vectors::write_file(directory / "rc", "c\n");
  vectors::write_file(directory / "orders.img", "");
  fs::resize_file(directory / "orders.img", kOrders);
  Peer peer;
  peer.pid = spawn(directory, peer.output);
  peer.give = [work](const std::string& sectors) { give_order(work->path() / "orders.img", sectors); };
  peer.console = [work] { return console_of(work->path()); };
  return peer;
}

}  // namespace harness
