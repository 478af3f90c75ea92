#include "vectors/format/identity.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>

#include <fmt/format.h>
#include <nettle/sha2.h>

#include "vectors/format/names.h"

namespace vectors {

namespace {

// The vocabularies that are ours: a number of theirs may change, a name does not.
std::string sorted_names(Vocabulary vocabulary, ept_word bits) {
  std::vector<std::string> names = names_in(vocabulary, bits);
  std::sort(names.begin(), names.end());
  return fmt::format("{}", fmt::join(names, ","));
}

}  // namespace

std::string sha256(std::string_view bytes) {
  sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
  sha256_digest(&context, digest.size(), digest.data());
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

std::string canonical_text(const Case& asked) {
  std::map<std::string, std::string> members = {{"question", kQuestions.at(static_cast<std::size_t>(asked.question))}};
  const auto put = [&](const std::string& name, ept_word value) {
    if (value != 0) members[name] = hex(value);
  };
  ept_registers has = asked.registers;
  members["maxphyaddr"] = std::to_string(has.maxphyaddr);
  if (asked.question == Question::check) members["check"] = ept_check_names[asked.check].name;
  for (int n = 0; n < EPT_REGISTERS; ++n) put(ept_register_names[n].name, *ept_register_word(&has, n));
  if (has.parameters != 0) members["parameters"] = sorted_names(ept_parameters_names, has.parameters);
  if (asked.question == Question::entry) members["level"] = std::to_string(asked.level);
  int level = asked.level;
  for (const ept_word entry : asked.entries) put(fmt::format("entry.{}", level--), entry);
  put("guest_physical_address", asked.guest_physical_address);
  if (asked.access != 0) members["access"] = sorted_names(ept_access_names, asked.access);
  std::string text;
  for (const auto& [name, value] : members) text += fmt::format("{}={}\n", name, value);
  return text;
}

std::string id_of(const Case& asked) { return "ept-" + sha256(canonical_text(asked)).substr(0, 16); }

}  // namespace vectors
