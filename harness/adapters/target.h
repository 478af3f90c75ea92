// Who is tested, by name: `reference`, `bochs:tigerlake`, `kvm/device`. Owns how a target is written; targets/open.h
// opens it. Tests: tests/harness/adapters/target_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace harness {

enum class TargetKind : std::uint8_t { reference, library, command, bochs, kvm_bochs, kvm, qemu, serial };
const char* name_of(TargetKind kind);  // "kvm-bochs"

// How accesses reach their addresses.
enum class Path : std::uint8_t {
  ordinary,
  device,          // the window of pages has no memory: a hypervisor answers
  second_operand,  // by instructions that read a device first: a hypervisor carries out the rest of them too
};

struct Target {
  TargetKind kind = TargetKind::reference;
  std::string what = {};  // the library, the command, the model of Bochs, the device of a serial line; else empty
  Path path = Path::ordinary;
  bool operator==(const Target&) const = default;
};

// The models that are meant when none is named.
constexpr const char* kBochsModel = "tigerlake";
constexpr const char* kKvmBochsModel = "corei7_skylake_x";

// Throws std::runtime_error, which lists the kinds that there are, for a text that is not a target.
Target parse_target(const std::string& text);
// Its inverse, with the model.
std::string text_of(const Target& target);
// As a list may name it: the target, and the same whatever its path.
std::vector<std::string> names_of(const Target& target);

}  // namespace harness
