#include <csignal>

#include <stdexcept>

#include "harness/adapter.h"
#include "harness/bochs.h"
#include "harness/qemu.h"

namespace harness {

std::unique_ptr<Adapter> open_adapter(const std::string& target, const AdapterOptions& options) {
  // An adapter that is gone is found out by a failed write, not by a signal that ends the runner.
  signal(SIGPIPE, SIG_IGN);
  if (target == "reference") return open_reference();
  if (target.starts_with("lib:")) return open_library(target.substr(4), options);
  if (target.starts_with("exec:")) return open_command(target.substr(5), options);
  if (target == "bochs") return open_bochs({kBochsModel, boot_named(options.boot)});
  if (target.starts_with("bochs:")) return open_bochs({target.substr(6), boot_named(options.boot)});
  if (target == "qemu") return open_qemu();
  throw std::runtime_error(
      "'" + target +
      "' is no target; expected reference, lib:PATH.so, exec:COMMAND, bochs[:MODEL], qemu or serial:DEVICE");
}

}  // namespace harness
