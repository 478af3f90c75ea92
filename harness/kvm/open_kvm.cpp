#include "harness/kvm/open_kvm.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <mutex>

#include <fmt/format.h>

#include "harness/boot/bochs.h"
#include "harness/boot/media.h"
#include "harness/kvm/emulator.h"
#include "harness/kvm/launcher_session.h"
#include "harness/kvm/medium.h"
#include "harness/metal/open_machine.h"
#include "harness/support/process.h"
#include "harness/support/program.h"

namespace harness {

namespace {

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

// KVM shadows the tables and gets to know of every write to them: cases that have words in common follow each other.
Job in_order(Job job) {
  const auto key = [](const image::Case& one) {
    std::array<std::uint64_t, 1 + 2 * image::kMaxWords> words{one.eptp};
    for (std::uint32_t n = 0; n < one.word_count; ++n) {
      words.at(1 + 2 * n) = one.words[n].address;
      words.at(2 + 2 * n) = one.words[n].value;
    }
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
