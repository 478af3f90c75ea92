// Who is tested: the one virtual interface of this project, and the ways to reach an implementation. Owns no
// expectations: it passes cases on and returns what was observed. Tests: tests/harness.
//
// How to add a target that is a whole machine (an image booted under an emulator, KVM). Its open_...() runs the probe,
// so that description() knows MAXPHYADDR, capabilities and possible controls before the first case. Cases that do not
// apply there are never passed to it. Its run() is one boot with all cases of the batch. Of each VM-exit record it
// fills in an Answer: exit reason 48 or 49 becomes the result, the qualification with qualification_valid = the
// bits that this target reports, the address at which a probe pattern was found the host-physical address, the table
// words afterwards `words`; what a record does not tell stays out of `valid`, and what cannot be run there is declined.
// A boot that ends early is a crash or hang of the first case without a record; run_pinned (pin.h) finds the culprit
// when the batch is given to it as an exchange.
#pragma once

#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/adapters/case.h"

namespace harness {

// What an adapter says of itself; see eptspec_adapter in the ABI header.
struct Description {
  std::string name;
  std::string version;
  std::uint32_t questions = 0;
  bool any_configuration = false;
  ept_registers configuration{};
  ept_registers optional_controls{};     // only the four words of controls count
  std::uint64_t unknown_parameters = 0;  // EPT_PARAMETER_..., those of which the processor does not tell
  bool machine = false;  // booted for each run(), which gets all cases; asked what its own configuration can show
  // What a case meets depends on those that were run before it: what deviates is asked again with all of them.
  bool remembers = false;
};

enum class Fate { answered, crash, hang, garbage, unasked };

// What an exit saved and should not have, as far as no answer has a member for it: of an entry no answer has those of
// the walk through it.
struct Mistake {
  std::uint32_t what = 0;  // ept_saved; behind these, from EPT_SAVED_FACTS on, ept_member
  std::uint64_t expected = 0;
  std::uint64_t observed = 0;
};

// What came back for one case.
struct Observation {
  Fate fate = Fate::garbage;
  Answer answer{};     // when answered, with the id of the case
  std::string detail;  // otherwise: the signal, the limit, what was wrong with the answer
  std::vector<Mistake> mistakes{};
};

// The machine has nothing to test, as without VMX or EPT.
struct NotTested : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Adapter {
 public:
  Adapter() = default;
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;
  virtual ~Adapter() = default;

  [[nodiscard]] virtual const Description& description() const = 0;
  // One observation for each case, whatever the implementation does. The ids of the cases differ and only rise.
  virtual void run(std::span<const PutCase> cases, std::span<Observation> observed) = 0;
};

struct AdapterOptions {
  double timeout_seconds = 10;        // for one batch, and for one case when a batch took longer
  std::size_t batch = 1024;           // cases handed over at once
  std::string boot = "disk";          // how Bochs boots the image: disk, multiboot1 or multiboot2
  std::string kernel = {};            // of kvm-bochs, see kvm/medium.h; empty: Debian's
  std::string kernel_arguments = {};  // further ones for its command line
};

// Throw std::runtime_error with one line when the target cannot be used.
std::unique_ptr<Adapter> open_reference();
std::unique_ptr<Adapter> open_library(const std::string& path, const AdapterOptions& options);
std::unique_ptr<Adapter> open_command(const std::string& command, const AdapterOptions& options);

}  // namespace harness
