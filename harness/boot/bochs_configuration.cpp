#include "harness/boot/bochs_configuration.h"

#include <fmt/format.h>

namespace harness {

namespace {

constexpr const char* kConfiguration =
#include "harness/boot/bochsrc.inc"
    ;

}  // namespace

std::string bochs_disk(const std::string& path) { return fmt::format("type=disk, mode=flat, path=\"{}\"", path); }
std::string bochs_cd(const std::string& path) { return fmt::format("type=cdrom, path=\"{}\", status=inserted", path); }

std::string bochs_configuration(const BochsMachine& machine) {
  using fmt::arg;
  return fmt::format(
      kConfiguration, arg("model", machine.model), arg("directory", machine.directory), arg("boot", machine.boot),
      arg("master", machine.master), arg("slave", machine.slave),
      arg("serial", fmt::format("mode=file, dev=\"{}/serial.txt\"", machine.directory)), arg("ips", machine.ips),
      arg("guest_megabytes", machine.guest_megabytes), arg("host_megabytes", machine.host_megabytes),
      arg("ignore_bad_msrs", machine.ignore_bad_msrs ? 1 : 0), arg("magic_break", machine.magic_break ? 1 : 0));
}

}  // namespace harness
