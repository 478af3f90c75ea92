// The target `qemu`: the image as a guest of QEMU, with KVM where there are /dev/kvm and VMX. What is tested then is
// the nested EPT of the kernel's KVM; QEMU's own emulation has no VMX.
#include <unistd.h>

#include <stdexcept>

#include <fmt/format.h>

#include "harness/boot/emulators.h"
#include "harness/boot/media.h"
#include "harness/metal/open_machine.h"
#include "harness/support/program.h"
#include "vectors/format/file.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

constexpr const char* kProgram = "qemu-system-x86_64";
constexpr double kSeconds = 120;
constexpr std::uint64_t kResults = 0x10000000;

bool has_vmx() { return contents_of("/proc/cpuinfo").find(" vmx") != std::string::npos; }

// The guest's memory is a file, so that results are read from it while it runs.
std::vector<std::string> command_of(const fs::path& directory) {
  const bool kvm = access("/dev/kvm", R_OK | W_OK) == 0 && has_vmx();
  return {kProgram,
          "-nodefaults",
          "-no-reboot",
          "-display",
          "none",
          "-accel",
          kvm ? "kvm" : "tcg",
          "-cpu",
          kvm ? "host" : "max",
          "-object",
          "memory-backend-file,id=ram,size=2112M,share=on,mem-path=" + (directory / "memory").string(),
          "-machine",
          "pc,memory-backend=ram",
          "-m",
          "2112M",
          "-serial",
          "file:" + (directory / "serial.txt").string(),
          "-kernel",
          (image_directory() / "eptspec.elf").string(),
          "-initrd",
          (directory / "cases").string()};
}

Results run_in_qemu(const Job& job) {
  demand(kProgram, "the package qemu-system-x86");
  const WorkDirectory work("qemu");
  vectors::write_file(work.path() / "cases", to_blob(job, kResults));
  const auto results = [&](std::size_t size) {
    return read_results(contents_of(work.path() / "memory", kResults, size));
  };
  const auto is_done = [&] {
    const Results probe = results(image::kProbeSize);
    if (!probe.probe || probe.probe->obstacle != image::Obstacle::none) return probe.probe.has_value();
    return results(results_size(job)).trailer.has_value();
  };
  const ProgramEnd ending =
      await_program(start_program(command_of(work.path()), work.path() / "words"), kSeconds, is_done);
  Results all = results(results_size(job));
  if (all.probe) return all;
  const std::string words = contents_of(work.path() / "words");
  throw std::runtime_error(
      fmt::format("qemu: no results: {}", words.empty() ? text_of(ending) : words.substr(0, words.find('\n'))));
}

}  // namespace

std::unique_ptr<Adapter> open_qemu() { return open_machine("qemu", run_in_qemu); }

}  // namespace harness
