// A launcher that is kept running from one job to the next, and what is done when it dies. Owns the talk with it, not
// how it is started (open_kvm.cpp). Tests: tests/harness/kvm/launcher_session_test.cpp.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>

#include "harness/kvm/launcher_output.h"
#include "harness/metal/blob.h"

namespace harness {

// A process that runs the launcher, or that emulates a machine with it. Owned by the session, which kills its group.
struct Peer {
  pid_t pid = -1;
  int output = -1;                                           // where frames come from
  std::function<void(const std::string& sectors)> give;      // hands an order over
  std::function<std::string()> console = [] { return ""; };  // what is on its console by now
};

struct LauncherOptions {
  std::string name;
  std::function<Peer()> start;
  std::string image;                             // image/eptspec.elf
  double cpu_seconds_to_start = 120;             // of the peer, until the launcher is there
  double cpu_seconds_for_a_case = 30;            // of the peer, without a new result
  std::function<void(const std::string&)> tell;  // lines for people about what happens
};

class LauncherSession {
 public:
  explicit LauncherSession(LauncherOptions options) : options_(std::move(options)) {}
  ~LauncherSession();
  LauncherSession(const LauncherSession&) = delete;
  LauncherSession& operator=(const LauncherSession&) = delete;

  // Records of all cases, whatever happens on the way; results.why says of which one KVM, Linux or the emulator died.
  // Throws NotTested when KVM offers nothing to test, std::runtime_error when the launcher does not come up.
  Results run(const Job& job);

  // Name and release of the kernel; after the first run.
  [[nodiscard]] const std::string& kernel() const { return kernel_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Exchanged {
    Results results;
    std::string trouble;  // what went wrong; empty when all is well
    bool died = false;    // the peer; otherwise it goes on
    bool warned = false;  // by the kernel, when one of these cases of the order ran
    std::size_t first_suspect = 0;
    std::size_t last_suspect = 0;  // one more
  };
  Exchanged exchange(const Job& job);
  std::size_t pin(const Job& job, std::size_t first, std::size_t last, std::string& trouble);
  void blame(const Job& job, const Exchanged& exchanged, std::size_t first, Results& all);
  void start();
  void stop();
  std::string await_launcher();
  void await_results(std::size_t cases, std::string& bytes, Exchanged& exchanged);
  void take_results(const std::string& payload, std::size_t cases, std::string& bytes, Exchanged& exchanged);
  void take_log(const std::string& lines, std::size_t cases, Exchanged& exchanged);
  std::string wait_for_frame(double limit, Frame& frame);
  [[nodiscard]] std::string with_tail(const std::string& what) const;

  LauncherOptions options_;
  Peer peer_;
  FrameReader reader_;
  std::uint32_t sequence_ = 0;
  std::string kernel_;
  std::string log_;
  std::size_t known_ = 0;  // cases of the order whose results came
  Clock::time_point next_line_{};
};

}  // namespace harness
