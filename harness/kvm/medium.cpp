#include "harness/kvm/medium.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/support/program.h"
#include "vectors/format/file.h"
#include "vectors/format/identity.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

// The package that a package without content of its own stands for, as linux-image-cloud-amd64 does.
std::string resolved(const std::string& package) {
  std::istringstream lines(run_program({"apt-cache", "depends", package}, "/"));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find("Depends: linux-image-");
    if (at != std::string::npos) return line.substr(at + std::string("Depends: ").size());
  }
  return package;
}

// The file name of the version that apt would download: the second word of the line with its address.
std::string file_of(const std::string& package) {
  std::istringstream lines(run_program({"apt-get", "download", "--print-uris", package}, "/"));
  for (std::string address; std::getline(lines, address);) {
    std::istringstream words(address);
    std::string file;
    if (address.starts_with('\'') && words >> file >> file) return file;
  }
  throw std::runtime_error("apt knows no address for it");
}

fs::path vmlinuz_in(const fs::path& root) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(root / "boot", ignored)) {
    if (entry.path().filename().string().starts_with("vmlinuz")) return entry.path();
  }
  throw std::runtime_error("there is no kernel in the package");
}

fs::path unpacked(const std::string& package) {
  const std::string real = resolved(package);
  const std::string file = file_of(real);
  fs::path place = cache_directory() / "kernels" / file;
  std::error_code ignored;
  if (fs::exists(place, ignored)) return place;
  const fs::path draft = place.string() + fmt::format(".{}", getpid());
  fs::create_directories(draft);
  fmt::print(stderr, "downloading {}\n", file);
  run_program({"apt-get", "download", real}, draft);
  run_program({"dpkg", "-x", (draft / file).string(), draft.string()}, draft);
  fs::remove(draft / file);
  fs::rename(draft, place, ignored);
  if (ignored) fs::remove_all(draft);  // another run was faster
  return place;
}

// VMLINUZ+MODULES, of which both may contain a plus.
Kernel own_kernel(const std::string& from) {
  Kernel own;
  for (std::size_t plus = from.find('+'); plus != std::string::npos; plus = from.find('+', plus + 1)) {
    own = {from.substr(0, plus), from.substr(plus + 1)};
    if (fs::is_regular_file(own.vmlinuz) && fs::is_directory(own.modules)) return own;
  }
  if (own.vmlinuz.empty()) throw std::runtime_error(from + ": expected VMLINUZ+MODULES, a file and a directory");
  if (!fs::is_regular_file(own.vmlinuz)) throw std::runtime_error(own.vmlinuz.string() + ": is no file");
  throw std::runtime_error(own.modules.string() + ": is no directory");
}

// The modules, in the order in which they are loaded.
constexpr std::array kKvmModules = {"irqbypass", "kvm", "kvm-intel"};

// Nothing is probed that Bochs does not have, and one processor's clock is taken as given, so that the kernel is up
// soon. clearcpuid=fsrm: with it the later models hang, since Bochs 2.7 reports fast short moves without having them.
constexpr const char* kArguments =
    "console=ttyS0,115200 nokaslr mitigations=off nosmp maxcpus=1 no_timer_check lpj=400000 tsc=reliable rdinit=/init "
    "loglevel=3 quiet audit=0 apparmor=0 cryptomgr.notests acpi=off pci=off rcupdate.rcu_expedited=1 clearcpuid=fsrm "
    "transparent_hugepage=never";

constexpr std::array kBootFiles = {"/usr/lib/ISOLINUX/isolinux.bin", "/usr/lib/syslinux/modules/bios/ldlinux.c32"};

fs::path find_module(const Kernel& kernel, const std::string& name) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(kernel.modules)) {
    const std::string file = entry.path().filename().string();
    if (file == name + ".ko" || file == name + ".ko.xz") return entry.path();
  }
  throw std::runtime_error(fmt::format("{}: there is no module {}", kernel.modules.string(), name));
}

// Without what only debuggers and tracers read, which costs seconds of loading in an emulator.
void copy_module(const fs::path& from, const fs::path& to) {
  const bool packed = from.extension() == ".xz";
  fs::copy_file(from, to.string() + (packed ? ".xz" : ""));
  if (packed) run_program({"xz", "-d", to.string() + ".xz"}, "/");
  run_program({"objcopy", "--strip-debug", "-R", ".orc_unwind*", "-R", "__mcount_loc", "-R", ".rela.orc_unwind*", "-R",
               ".rela__mcount_loc", to.string()},
              "/");
}

void build(const Kernel& kernel, const std::string& configuration, const fs::path& work) {
  const fs::path root = work / "root";
  const fs::path disc = work / "disc";
  fs::create_directories(root / "modules");
  fs::create_directories(disc);
  for (const char* const name : kKvmModules) {
    copy_module(find_module(kernel, name), root / "modules" / (std::string(name) + ".ko"));
  }
  fs::copy_file(launcher_path(), root / "init");
  run_program({"sh", "-c", "find . | LC_ALL=C sort | cpio -o -H newc --quiet --reproducible -R 0:0 > ../disc/initrd"},
              root);
  fs::copy_file(kernel.vmlinuz, disc / "vmlinuz");
  for (const char* const file : kBootFiles) fs::copy_file(file, disc / fs::path(file).filename());
  vectors::write_file(disc / "isolinux.cfg", configuration);
  run_program({"xorriso", "-as", "mkisofs", "-quiet", "-o", "boot.iso", "-b", "isolinux.bin", "-c", "boot.cat",
               "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table", "disc"},
              work);
}

}  // namespace

Kernel find_kernel(const std::string& from) {
  if (from.find('/') != std::string::npos) return own_kernel(from);
  try {
    const fs::path root = unpacked(from);
    return {vmlinuz_in(root), root / "lib" / "modules"};
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("the kernel package {} is not available: {}", from, error.what()));
  }
}

fs::path launcher_path() {
  const char* const from_environment = std::getenv("EPTSPEC_LAUNCHER");
  return from_environment != nullptr ? from_environment : EPTSPEC_LAUNCHER_PATH;
}

std::string boot_medium(const Kernel& kernel, const std::string& arguments) {
  const std::string configuration =
      fmt::format("default linux\nprompt 0\ntimeout 0\nlabel linux\n kernel vmlinuz\n initrd initrd\n append {} {}\n",
                  kArguments, arguments);
  std::string content = configuration + vectors::sha256(contents_of(launcher_path()));
  content += vectors::sha256(contents_of(kernel.vmlinuz));
  for (const char* const name : kKvmModules) content += vectors::sha256(contents_of(find_module(kernel, name)));
  const fs::path place = cache_directory() / ("kvm-" + vectors::sha256(content).substr(0, 32) + ".iso");
  std::error_code ignored;
  if (fs::exists(place, ignored)) return place.string();
  const fs::path work = place.string() + fmt::format(".{}", getpid());
  fs::create_directories(work);
  try {
    build(kernel, configuration, work);
    fs::rename(work / "boot.iso", place);
  } catch (const std::exception& error) {
    fs::remove_all(work, ignored);
    throw std::runtime_error(fmt::format("the CD with Linux cannot be made: {}", error.what()));
  }
  fs::remove_all(work, ignored);
  return place.string();
}

}  // namespace harness
