// Who is tested: the one virtual interface of this project, and the ways to reach an implementation. Owns no
// expectations: it puts cases and brings back what was observed. Tests: tests/harness.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "harness/abi/eptspec_adapter.h"

namespace harness {

// What an adapter says of itself; see eptspec_adapter in the ABI header.
struct Description {
  std::string name;
  std::string version;
  std::uint32_t questions = 0;
  bool any_configuration = false;
  eptspec_configuration configuration{};
  eptspec_configuration optional_controls{};  // only the four words of controls count
};

enum class Fate { answered, crash, hang, garbage };

// What came back for one case.
struct Observation {
  Fate fate = Fate::garbage;
  eptspec_answer answer{};  // when answered, with the id of the case
  std::string detail;       // otherwise: the signal, the limit, what was wrong with the answer
};

class Adapter {
 public:
  Adapter() = default;
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;
  virtual ~Adapter() = default;

  [[nodiscard]] virtual const Description& description() const = 0;
  // One observation for each case, whatever the implementation does. The ids of the cases differ and only rise.
  virtual void run(std::span<const eptspec_case> cases, std::span<Observation> observed) = 0;
};

struct AdapterOptions {
  double timeout_seconds = 10;  // for one batch, and for one case when a batch took longer
  std::size_t batch = 1024;     // cases handed over at once
};

// reference, lib:PATH or exec:COMMAND. Throws std::runtime_error with one line when the target cannot be used.
std::unique_ptr<Adapter> open_adapter(const std::string& target, const AdapterOptions& options);

// The three of them.
std::unique_ptr<Adapter> open_reference();
std::unique_ptr<Adapter> open_library(const std::string& path, const AdapterOptions& options);
std::unique_ptr<Adapter> open_command(const std::string& command, const AdapterOptions& options);

}  // namespace harness
