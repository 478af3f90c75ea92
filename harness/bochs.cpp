#include "harness/bochs.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "harness/media.h"
#include "harness/metal/adapter.h"
#include "harness/process.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

constexpr const char* kProgram = "/usr/bin/bochs-bin";
constexpr std::uint64_t kResults = 0x10000000;

// No case takes a device's time, and errors and information are not logged: every EPT exit is one.
constexpr const char* kConfiguration = R"(config_interface: textconfig
display_library: rfb, options="timeout=0"
cpu: model={model}, count=1, ips=5000000, reset_on_triple_fault=0, ignore_bad_msrs=0
memory: guest=2112, host=512
romimage: file=/usr/share/bochs/BIOS-bochs-latest, options=fastboot
vgaromimage: file=/usr/share/vgabios/vgabios.bin
plugin_ctrl: speaker=0, unmapped=1, biosdev=1, serial=1, parallel=1
boot: disk
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=disk, mode=flat, path="{directory}/disk.img"
com1: enabled=1, mode=file, dev="{directory}/serial.txt"
port_e9_hack: enabled=1
clock: sync=none, time0=1000000000
mouse: enabled=0
magic_break: enabled=1
log: {directory}/bochs.log
panic: action=fatal
error: action=ignore
info: action=ignore
debug: action=ignore
)";

// A directory of its own for one start, gone afterwards unless EPTSPEC_KEEP is set.
class WorkDirectory {
 public:
  WorkDirectory() {
    std::string name = (fs::temp_directory_path() / "eptspec-bochs-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error(name + ": " + std::strerror(errno));
    path_ = name;
  }
  ~WorkDirectory() {
    std::error_code ignored;
    if (std::getenv("EPTSPEC_KEEP") == nullptr) fs::remove_all(path_, ignored);
  }
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw std::runtime_error(path.string() + ": cannot be written");
}

std::string contents_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

pid_t start(const fs::path& directory) {
  const std::string configuration = (directory / "bochsrc").string();
  const std::string commands = (directory / "rc").string();
  const std::string output = (directory / "output.txt").string();
  const pid_t pid = fork_child();
  if (pid != 0) return pid;
  const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int out = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (in < 0 || out < 0) _exit(126);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  execl(kProgram, kProgram, "-q", "-f", configuration.c_str(), "-rc", commands.c_str(), nullptr);
  _exit(127);
}

// The line of Bochs' log that says why it gave up.
std::string last_words(const fs::path& directory) {
  for (const char* const file : {"bochs.log", "output.txt"}) {
    std::ifstream in(directory / file);
    for (std::string line; std::getline(in, line);) {
      if (line.find("PANIC") != std::string::npos || line.find(">>PANIC<<") != std::string::npos) return ": " + line;
    }
  }
  return {};
}

void wait_for(pid_t pid, const fs::path& directory, const BochsOptions& options) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::duration<double>(options.timeout_seconds);
  auto pause = std::chrono::milliseconds(2);
  for (int status = 0; waitpid(pid, &status, WNOHANG) == 0;) {
    if (Clock::now() > until) {
      kill_group(pid);
      throw std::runtime_error(
          fmt::format("bochs:{}: no end after {} s{}", options.model, options.timeout_seconds, last_words(directory)));
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(20));
  }
}

}  // namespace

std::span<const char* const> bochs_models() {
  static constexpr std::array kModels = {"core2_penryn_t9600",
                                         "corei5_lynnfield_750",
                                         "corei5_arrandale_m520",
                                         "corei7_sandy_bridge_2600k",
                                         "corei7_ivy_bridge_3770k",
                                         "corei7_haswell_4770",
                                         "broadwell_ult",
                                         "corei7_skylake_x",
                                         "corei3_cnl",
                                         "corei7_icelake_u",
                                         "tigerlake"};
  return kModels;
}

Results run_in_bochs(const BochsOptions& options, const Job& job) {
  if (access(kProgram, X_OK) != 0) {
    throw std::runtime_error(std::string(kProgram) + " is missing: install the packages bochs, bochsbios and vgabios");
  }
  const WorkDirectory work;
  const fs::path& directory = work.path();
  write_disk(directory / "disk.img", to_blob(job, kResults));
  write_text(directory / "bochsrc",
             fmt::format(kConfiguration, fmt::arg("model", options.model), fmt::arg("directory", directory.string())));
  write_text(directory / "rc", fmt::format("c\nwritemem \"{}/results.bin\" {:#x} {}\nq\n", directory.string(), kResults,
                                           results_size(job.cases.size())));
  wait_for(start(directory), directory, options);
  Results results = read_results(contents_of(directory / "results.bin"), job.cases.size());
  if (!results.probe) {
    throw std::runtime_error(
        fmt::format("bochs:{}: Bochs ended without results{}", options.model, last_words(directory)));
  }
  return results;
}

std::unique_ptr<Adapter> open_bochs(const BochsOptions& options) {
  const auto models = bochs_models();
  if (std::none_of(models.begin(), models.end(), [&](const char* model) { return options.model == model; })) {
    throw std::runtime_error(fmt::format("bochs: no model '{}'; expected one of {}", options.model,
                                         fmt::join(models.begin(), models.end(), ", ")));
  }
  return open_machine("bochs:" + options.model, [options](const Job& job) { return run_in_bochs(options, job); });
}

}  // namespace harness
