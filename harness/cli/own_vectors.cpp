#include "harness/cli/machine_results.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "harness/judge/case.h"
#include "harness/support/program.h"
#include "harness/support/text.h"
#include "vectors/checks/check_documents.h"
#include "vectors/format/document.h"
#include "vectors/format/file.h"
#include "vectors/format/identity.h"
#include "vectors/format/lines.h"
#include "vectors/format/names.h"
#include "vectors/generate/generate.h"

namespace cli {

namespace {

namespace fs = std::filesystem;

spec::Profile profile_of(const harness::Description& description) {
  ept_registers has = harness::widest(description);
  spec::Profile profile;
  profile.id = "own";
  profile.title = description.name;
  profile.maxphyaddr = static_cast<int>(has.maxphyaddr);
  profile.registers.resize(EPT_REGISTERS, 0);
  for (const ept_register number : ept_configuration_registers)
    profile.registers[number] = *ept_register_word(&has, number);
  ept_registers own = description.configuration;
  for (int n = 0; n < EPT_REGISTERS; ++n) {
    if (ept_register_names[n].role == EPT_ROLE_CAPABILITY)
      profile.registers[static_cast<std::size_t>(n)] = *ept_register_word(&own, n);
  }
  return profile;
}

// Everything that decides which vectors come out.
std::string key_of(const std::string& spec_directory, const spec::Profile& profile) {
  std::vector<fs::path> files{"/proc/self/exe"};
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(spec_directory)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::uint64_t hash = harness::hash_of("");
  for (const fs::path& file : files)
    hash = harness::hash_of(vectors::read_file(file, "a part of the program or of the specification"), hash);
  std::string key = fmt::format("{:x} {}", hash, profile.maxphyaddr);
  for (const std::uint64_t value : profile.registers) key += fmt::format(" {:x}", value);
  return vectors::sha256(key);
}

// Whether the file is there and no one has damaged it; says so when it is damaged.
bool is_sound(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return false;
  std::vector<std::string> errors;
  try {
    const vectors::Document document = vectors::read_vectors(vectors::read_file(path), path.string(), errors);
    if (document.vectors.empty() && errors.empty()) errors.push_back(path.string() + ": holds no vectors");
  } catch (const std::runtime_error& error) {
    errors.emplace_back(error.what());
  }
  if (!errors.empty()) fmt::print(stderr, "{}; making it anew\n", errors.front());
  return errors.empty();
}

}  // namespace

std::string own_vectors(const std::string& spec_directory, const harness::Description& description) {
  static std::mutex one_at_a_time;  // models of Bochs that have one configuration generate its vectors once
  const std::scoped_lock lock(one_at_a_time);
  const spec::Profile profile = profile_of(description);
  const fs::path path = harness::cache_directory() / (key_of(spec_directory, profile).substr(0, 32) + ".jsonl");
  if (is_sound(path)) return path.string();
  const auto spec = load_or_report(spec_directory);
  if (!spec) return {};
  fmt::print(stderr, "{}: generating the vectors of its configuration\n", description.name);
  vectors::Document made = vectors::generate_for(*spec, profile);
  vectors::add_check_vectors(*spec, profile, made);
  fs::create_directories(path.parent_path());
  const fs::path draft = path.string() + fmt::format(".{}", getpid());
  std::ostringstream lines;
  vectors::write_lines(made, lines);
  vectors::write_file(draft, lines.str());
  fs::rename(draft, path);
  return path.string();
}

}  // namespace cli
