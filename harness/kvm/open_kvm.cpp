#include "harness/kvm/open_kvm.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/boot/emulators.h"
#include "harness/boot/media.h"
#include "harness/kvm/launcher_session.h"
#include "harness/kvm/medium.h"
#include "harness/metal/open_machine.h"
#include "harness/support/process.h"
#include "harness/support/program.h"
#include "vectors/format/file.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kOrders = std::uintmax_t{128} * 16 * 63 * kvm::kSector;  // an emulator wants whole cylinders

// The launcher as an ordinary program.
Peer start_launcher() {
  const std::lock_guard<std::mutex> lock(spawn_mutex());
  const Pipe in = make_pipe();
  const Pipe out = make_pipe();
  Peer peer;
  peer.pid = start_program({launcher_path().string()}, {in.read, out.write, -1});
  close(in.read);
  close(out.write);
  peer.output = out.read;
  const std::shared_ptr<int> to(new int(in.write), [](const int* fd) {
    close(*fd);
    delete fd;
  });
  peer.give = [to](const std::string& sectors) {
    for (std::size_t at = 0; at < sectors.size();) {
      const ssize_t put = write(*to, sectors.data() + at, sectors.size() - at);
      if (put <= 0) return;  // its end is seen where its answer is awaited
      at += static_cast<std::size_t>(put);
    }
  };
  return peer;
}

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

// Bochs with a CD that boots Linux and the launcher. `disc` is an ISO image (medium.h).
Peer start_emulator(const std::string& model, const std::string& disc) {
  const auto work = std::make_shared<const WorkDirectory>("kvm");
  const fs::path& directory = work->path();
  const fs::path orders = directory / "orders.img";
  const auto command = set_up_bochs({model, directory, disc, true, orders, true}, "c\n");
  vectors::write_file(orders, "");
  fs::resize_file(orders, kOrders);
  Peer peer;
  const std::lock_guard<std::mutex> lock(spawn_mutex());
  const Pipe out = make_pipe();
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  peer.pid = start_program(command, {null, out.write, null});
  close(null);
  close(out.write);
  peer.output = out.read;
  peer.give = [work, orders](const std::string& sectors) { give_order(orders, sectors); };
  peer.console = [work] { return console_of(work->path()); };
  return peer;
}

// KVM shadows the tables and gets to know of every write to them: cases that have words in common follow each other.
Job in_order(Job job) {
  const auto key = [](const MadeCase& one) {
    std::vector<std::uint64_t> words{field_of(one, EPT_REGISTER_EPTP)};
    for (const image::Word& word : one.words) words.insert(words.end(), {word.address, word.value});
    return words;
  };
  std::stable_sort(job.cases.begin(), job.cases.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  return job;
}

}  // namespace

std::unique_ptr<Adapter> open_kvm(const Target& target, const AdapterOptions& options) {
  const std::string name = text_of(target);
  MachineOptions kind;
  kind.path = target.path;
  kind.has_device = true;
  kind.remembers = true;  // KVM keeps the tables that it built
  LauncherOptions session;
  session.name = name;
  session.image = image_part("eptspec.elf");
  session.tell = [name](const std::string& line) { fmt::print(stderr, "{}: {}\n", name, line); };
  session.start = start_launcher;
  if (target.kind == TargetKind::kvm_bochs) {
    check_bochs_model("kvm-bochs", target.what);
    const std::string disc =
        boot_medium(find_kernel(options.kernel.empty() ? kKernelPackage : options.kernel), options.kernel_arguments);
    session.start = [model = target.what, disc, tell = session.tell] {
      tell("booting Linux in Bochs");
      return start_emulator(model, disc);
    };
  }
  const auto running = std::make_shared<LauncherSession>(session);
  kind.version = [running] { return running->kernel(); };
  return open_machine(
      name, [running](const Job& job) { return running->run(in_order(job)); }, kind);
}

}  // namespace harness
