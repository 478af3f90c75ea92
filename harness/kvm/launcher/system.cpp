#include "harness/kvm/launcher/system.h"

#include <fcntl.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace kvm {

namespace {

constexpr std::uint16_t kEmulatorOff = 0x8900;  // Bochs ends when it is told so here
constexpr int kWarning = 4;

struct Module {
  const char* path;
  const char* parameters;
};
constexpr std::array kModules = {Module{"/modules/irqbypass.ko", ""}, Module{"/modules/kvm.ko", ""},
                                 Module{"/modules/kvm-intel.ko", "nested=1 ept=1 enable_shadow_vmcs=1"}};

std::string failed(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

std::string load_module(const Module& module) {
  const int file = open(module.path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed(module.path);
  const long result = syscall(SYS_finit_module, file, module.parameters, 0);
  std::string problem = result != 0 ? failed(module.path) : std::string();
  close(file);
  return problem;
}

// Without what is there when it is opened: Linux complains of Bochs while it boots.
int log_file() {
  static const int file = [] {
    const int opened = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    lseek(opened, 0, SEEK_END);
    return opened;
  }();
  return file;
}

}  // namespace

std::string set_up_system() {
  mkdir("/dev", 0755);
  mkdir("/sys", 0755);
  if (mount("devtmpfs", "/dev", "devtmpfs", 0, "") != 0) return failed("/dev");
  if (mount("sysfs", "/sys", "sysfs", 0, "") != 0) return failed("/sys");
  mount("debugfs", "/sys/kernel/debug", "debugfs", 0, "");  // a kernel without it can do without
  log_file();
  for (const Module& module : kModules) {
    std::string problem = load_module(module);
    if (!problem.empty()) return problem;
  }
  return {};
}

std::string kernel_log() {
  const int file = log_file();
  std::string lines;
  std::array<char, 8192> record{};
  for (;;) {
    const ssize_t size = read(file, record.data(), record.size() - 1);
    if (size < 0 && errno == EPIPE) continue;  // some were overwritten
    if (size <= 0) return lines;
    record.at(static_cast<std::size_t>(size)) = '\0';
    const char* const text = std::strchr(record.data(), ';');
    if (text == nullptr || (std::atoi(record.data()) & 7) > kWarning) continue;
    lines += text + 1;
  }
}

void rearm_warnings() {
  const int file = open("/sys/kernel/debug/clear_warn_once", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  [[maybe_unused]] const ssize_t put = write(file, "1", 1);
  close(file);
}

std::string kernel_name() {
  utsname name{};
  uname(&name);
  return std::string(name.sysname) + " " + name.release + " " + name.version;
}

void power_off() {
  for (const char c : std::string_view("Shutdown")) outb(static_cast<unsigned char>(c), kEmulatorOff);
  for (;;) pause();
}

}  // namespace kvm
