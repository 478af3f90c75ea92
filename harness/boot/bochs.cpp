#include "harness/boot/emulators.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "harness/boot/media.h"
#include "harness/metal/open_machine.h"
#include "harness/support/program.h"
#include "vectors/format/file.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

constexpr const char* kProgram = "bochs-bin";
constexpr const char* kPackages = "the packages bochs, bochsbios and vgabios";
constexpr const char* kConfiguration =
#include "harness/boot/bochsrc.inc"
    ;
constexpr std::uint64_t kResults = 0x10000000;     // in memory, where the debugger takes them
constexpr std::string_view kPanic = ">>PANIC<< ";  // in its log
constexpr int kMostBoots = 200;                    // of one job; a case that Bochs does not survive costs three

// Why it gave up: the line of its log that says so, else how it ended.
std::string last_words(const fs::path& directory, const ProgramEnd& ending) {
  for (const char* const file : {"bochs.log", "output.txt"}) {
    std::ifstream in(directory / file);
    for (std::string line; std::getline(in, line);) {
      const std::size_t at = line.find(kPanic);
      if (at != std::string::npos) return line.substr(at + kPanic.size());
    }
  }
  return ending.in_time ? text_of(ending) : "did not end in time";
}

// Starts Bochs with the medium of the directory, and waits for its end.
ProgramEnd boot_once(const BochsOptions& options, const fs::path& directory, std::size_t results) {
  const BochsMachine machine{options.model, directory, directory / "medium", options.boot != BootFrom::disk};
  const std::string commands =
      fmt::format("c\nwritemem \"{}/results.bin\" {:#x} {}\nq\n", directory.string(), kResults, results);
  fs::remove(directory / "medium.lock");  // of a Bochs that was killed
  return await_program(start_program(set_up_bochs(machine, commands), directory / "output.txt"),
                       options.timeout_seconds);
}

// "Bochs 2.7", of the banner at the beginning of what it says.
std::string version_in(const std::string& output) {
  constexpr std::string_view kBanner = "Bochs x86 Emulator ";
  const std::size_t at = output.find(kBanner);
  if (at == std::string::npos) return "Bochs";
  const std::size_t begin = at + kBanner.size();
  return "Bochs " + output.substr(begin, output.find_first_of(" \r\n", begin) - begin);
}

bool is_whole(const Results& results) {
  return results.probe && (results.trailer || results.probe->obstacle != image::Obstacle::none);
}

// The fast way: the results stay in memory until the image is done.
Results run_from_memory(const BochsOptions& options, const Job& job, const fs::path& directory, ProgramEnd& ending) {
  const std::string blob = to_blob(job, kResults);
  if (options.boot == BootFrom::disk) {
    write_disk(directory / "medium", blob);
  } else {
    write_iso(directory / "medium", blob,
              options.boot == BootFrom::multiboot1 ? IsoEntry::multiboot1 : IsoEntry::multiboot2);
  }
  ending = boot_once(options, directory, results_size(job));
  return read_results(contents_of(directory / "results.bin"));
}

// The way for a Bochs that does not survive some case: the results are on the disk, where the image goes on with them,
// until they are whole or do not grow any more.
Results run_with_journal(BochsOptions options, const Job& job, const fs::path& directory) {
  options.boot = BootFrom::disk;
  write_disk(directory / "medium", to_blob(job, 0), results_size(job));
  std::string before;
  for (int boot = 0; boot < kMostBoots; ++boot) {
    const ProgramEnd ending = boot_once(options, directory, 0);
    std::string now = results_in(contents_of(directory / "medium"));
    Results results = read_results(now);
    if (!results.probe) throw std::runtime_error(last_words(directory, ending));
    if (is_whole(results) || now == before) return results;
    before = std::move(now);
  }
  return read_results(before);
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

void check_bochs_model(const std::string& target, const std::string& model) {
  const auto models = bochs_models();
  if (std::find(models.begin(), models.end(), model) != models.end()) return;
  throw std::runtime_error(fmt::format("{}: no model '{}'; expected one of {}", target, model,
                                       fmt::join(models.begin(), models.end(), ", ")));
}

std::vector<std::string> set_up_bochs(const BochsMachine& machine, const std::string& commands) {
  using fmt::arg;
  demand(kProgram, kPackages);
  const auto disk = [](const fs::path& path) {
    return fmt::format("type=disk, mode=flat, path=\"{}\"", path.string());
  };
  const std::string cd = fmt::format("type=cdrom, path=\"{}\", status=inserted", machine.medium.string());
  const std::string directory = machine.directory.string();
  const bool linux = machine.linux;  // so many instructions in a second keep what it does on its clock small
  vectors::write_file(
      machine.directory / "bochsrc",
      fmt::format(kConfiguration, arg("model", machine.model), arg("directory", directory),
                  arg("boot", machine.cd ? "cdrom" : "disk"), arg("master", machine.cd ? cd : disk(machine.medium)),
                  arg("slave", machine.disk.empty() ? "type=none" : disk(machine.disk)),
                  arg("serial", fmt::format("mode=file, dev=\"{}/serial.txt\"", directory)),
                  arg("ips", linux ? 50000000 : 5000000), arg("guest_megabytes", linux ? 512 : 2112),
                  arg("host_megabytes", 512), arg("ignore_bad_msrs", linux ? 1 : 0),
                  arg("magic_break", linux ? 0 : 1)));
  vectors::write_file(machine.directory / "rc", commands);
  return {kProgram, "-q", "-f", directory + "/bochsrc", "-rc", directory + "/rc"};
}

BootFrom boot_named(const std::string& name) {
  if (name == "disk") return BootFrom::disk;
  if (name == "multiboot1") return BootFrom::multiboot1;
  if (name == "multiboot2") return BootFrom::multiboot2;
  throw std::runtime_error("'" + name + "' boots nothing; expected disk, multiboot1 or multiboot2");
}

Results run_in_bochs(const BochsOptions& options, const Job& job, std::string* version) {
  demand(kProgram, kPackages);
  const WorkDirectory work("bochs");
  ProgramEnd ending;
  Results results = run_from_memory(options, job, work.path(), ending);
  const auto note_version = [&] {
    if (version != nullptr) *version = version_in(contents_of(work.path() / "output.txt"));
  };
  note_version();
  if (is_whole(results)) return results;
  const std::string why = last_words(work.path(), ending);
  try {
    results = run_with_journal(options, job, work.path());
    note_version();  // one that was killed may have lost its first words
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format("bochs:{}: Bochs ended without results: {}", options.model, error.what()));
  }
  fmt::print(stderr, "bochs:{}: {}; started again with the results on its disk\n", options.model, why);
  return results;
}

std::unique_ptr<Adapter> open_bochs(const BochsOptions& options, Path path) {
  check_bochs_model("bochs", options.model);
  const auto version = std::make_shared<std::string>();
  MachineOptions machine;
  machine.path = path;
  machine.version = [version] { return *version; };
  return open_machine(
      "bochs:" + options.model,
      [options, version](const Job& job) { return run_in_bochs(options, job, version.get()); }, machine);
}

}  // namespace harness
