// What comes back from the launcher: its frames, between whatever else its line carries (data whose checksum is wrong
// is ignored), and the kernel's log, with its warnings and crashes. Tests: tests/harness/kvm/frame_reader_test.cpp,
// tests/harness/kvm/log_test.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/kvm/frames.h"

namespace harness {

struct Frame {
  kvm::Say say;
  std::string payload;
};

class FrameReader {
 public:
  void feed(std::string_view bytes) { pending_ += bytes; }
  // The next frame that is there whole. What is no frame is passed over.
  std::optional<Frame> next();

 private:
  std::string pending_;
};

// The first line that tells of a panic, a bug or a warning of the kernel; empty when there is none.
std::string trouble_in(std::string_view log);

// Its lines from the first trouble on, or its last ones, each indented.
std::string tail_of(std::string_view log);

}  // namespace harness
