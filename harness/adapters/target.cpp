#include "harness/adapters/target.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>

namespace harness {

namespace {

struct KindForm {
  const char* name;
  const char* what;   // that stands behind the colon; null: nothing
  const char* usual;  // when it is left out; null: it has to be there
  bool has_path;
};
constexpr auto kKinds = std::to_array<KindForm>({{"reference", nullptr, nullptr, false},
                                                 {"lib", "the path of a library", nullptr, false},
                                                 {"exec", "a command", nullptr, false},
                                                 {"bochs", "a model", kBochsModel, true},
                                                 {"kvm-bochs", "a model", kKvmBochsModel, true},
                                                 {"kvm", nullptr, nullptr, true},
                                                 {"qemu", nullptr, nullptr, false},
                                                 {"serial", "a device", nullptr, false}});
static_assert(kKinds.size() == static_cast<std::size_t>(TargetKind::serial) + 1);

constexpr std::array kPaths = {"", "device", "second_operand"};
static_assert(kPaths.size() == static_cast<std::size_t>(Path::second_operand) + 1);

const KindForm& form_of(TargetKind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }

Path path_named(const std::string& name) {
  const auto* const found = std::find(kPaths.begin() + 1, kPaths.end(), name);
  if (found != kPaths.end()) return static_cast<Path>(found - kPaths.begin());
  throw std::runtime_error("'" + name + "' is no path; expected device or second_operand");
}

}  // namespace

const char* name_of(TargetKind kind) { return form_of(kind).name; }

Target parse_target(const std::string& text) {
  const std::size_t end = std::min(text.find_first_of(":/"), text.size());
  const auto* const form =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const KindForm& one) { return text.substr(0, end) == one.name; });
  const bool is_one = form != kKinds.end();
  std::string rest = text.substr(end);
  Target target;
  if (const std::size_t slash = rest.rfind('/'); is_one && form->has_path && slash != std::string::npos) {
    target.path = path_named(rest.substr(slash + 1));
    rest.resize(slash);
  }
  const bool says_what = rest.starts_with(':');
  if (!is_one || (form->what == nullptr ? !rest.empty() : !says_what && (form->usual == nullptr || !rest.empty()))) {
    throw std::runtime_error("'" + text +
                             "' is not a target; expected reference, lib:PATH.so, exec:COMMAND, bochs[:MODEL], "
                             "kvm-bochs[:MODEL], kvm, qemu or serial:DEVICE");
  }
  target.kind = static_cast<TargetKind>(form - kKinds.begin());
  if (form->usual != nullptr) target.what = form->usual;
  if (says_what) target.what = rest.substr(1);
  // "exec: " would start a shell that has nothing to do.
  if (says_what && target.what.find_first_not_of(" \t\n") == std::string::npos) {
    throw std::runtime_error(
        fmt::format("'{}' names nothing to run; expected {} behind '{}:'", text, form->what, form->name));
  }
  return target;
}

std::string text_of(const Target& target) {
  std::string text = name_of(target.kind);
  if (form_of(target.kind).what != nullptr) text += ":" + target.what;
  if (target.path != Path::ordinary) text += std::string("/") + kPaths.at(static_cast<std::size_t>(target.path));
  return text;
}

std::vector<std::string> names_of(const Target& target) {
  const Target on_all_paths{target.kind, target.what};
  return {text_of(target), text_of(on_all_paths)};
}

}  // namespace harness
