#include "tests/support/spec_under_test.h"

#include <stdexcept>

#include "spec/load.h"

namespace support {

const spec::Spec& spec_under_test() {
  static const spec::Spec spec = [] {
    spec::Diagnostics diagnostics;
    auto loaded = spec::load(EPTSPEC_SOURCE_DIR "/spec", diagnostics);
    if (!loaded)
      throw std::runtime_error("the specification cannot be read: " + to_string(diagnostics.sorted().front()));
    return *loaded;
  }();
  return spec;
}

}  // namespace support
