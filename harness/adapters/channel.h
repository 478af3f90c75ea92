// A command that reads and writes lines: its process, its standard input and output, and the end of its standard error.
// Owns no protocol. Tests: tests/harness/adapters/hostile_test.cpp.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>

#include "harness/adapters/pin.h"

namespace harness {

class Channel {
 public:
  using Clock = std::chrono::steady_clock;

  Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel() { stop(); }

  // Starts `command` with /bin/sh. Throws std::runtime_error when no process can be started.
  void start(const std::string& command);
  void stop();
  [[nodiscard]] bool running() const { return pid_ > 0; }

  void say(std::string_view text) { unsent_ += text; }
  // The next line, without its end. Sends, and drains standard error, meanwhile. Throws Failure when there is none,
  // with the last of what the command said on standard error; then the process is gone.
  std::string line(Clock::time_point deadline);

 private:
  [[noreturn]] void fail(Fate fate, std::string why);
  void send();
  void forget_sent();
  bool receive();  // false at the end
  void drain();

  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string unsent_;
  std::size_t sent_ = 0;  // of unsent_: is with the command already
  std::string received_;
  std::size_t searched_ = 0;  // of received_: has no line end
  std::string error_tail_;
};

}  // namespace harness
