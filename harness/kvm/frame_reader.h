// Finds the launcher's frames between whatever else its line carries. Ignores data whose checksum is wrong. Tests:
// tests/harness/kvm/frame_reader_test.cpp.
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

}  // namespace harness
