// Results that come over a serial line as frames (image/wire.h), between lines of text. Tests: tests/harness/boot.
#pragma once

#include <string>
#include <string_view>

#include "harness/metal/blob.h"

namespace harness {

// The results as far as whole frames tell them; what none tells is 0. Empty when there is no frame.
std::string results_in_frames(std::string_view bytes);

// A serial device, which is set to 115200 baud 8N1, a FIFO, a pseudo-terminal or a file. What fails throws
// std::runtime_error with one line.
class SerialLine {
 public:
  explicit SerialLine(const std::string& path);
  ~SerialLine();
  SerialLine(const SerialLine&) = delete;
  SerialLine& operator=(const SerialLine&) = delete;

  // Until the results are all there, the end of a file, or nothing came for so many seconds.
  Results listen(double idle_seconds);

  // Whether cases can be sent.
  [[nodiscard]] bool is_terminal() const { return terminal_; }
  // Sends cases (blob.h) to an image that waits for them.
  void send_cases(std::string_view blob);

 private:
  enum class State { data, quiet, ended };
  State read_more(std::string& bytes, int milliseconds);
  void write_all(std::string_view bytes);
  void set_up();
  [[noreturn]] void fail() const;

  std::string path_;
  int fd_ = -1;
  bool terminal_ = false;
};

}  // namespace harness
