#include "vectors/format/check.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "vectors/format/expectation.h"
#include "vectors/format/identity.h"

namespace vectors {

namespace {

std::size_t entries_of(const Case& asked) {
  switch (asked.question) {
    case Question::eptp: return 0;
    case Question::entry: return 1;
    case Question::walk: break;
  }
  return static_cast<std::size_t>(levels_of(asked.configuration, asked.eptp));
}

}  // namespace

int levels_of(const ept_configuration& configuration, ept_word eptp) {
  ept_context context;
  ept_prepare(&configuration, eptp, &context);
  return context.levels;
}

void read_checked(Object& from, Vector& vector) {
  vector.id = from.text("id", true);
  const nlohmann::ordered_json* const expected = from.find("expected", true);
  const std::size_t count = entries_of(vector.asked);
  if (vector.asked.entries.size() != count)
    return from.wrong(fmt::format("{}: {} entries where {} belong", vector.id, vector.asked.entries.size(), count));
  if (const std::string id = id_of(vector.asked); id != vector.id)
    return from.wrong(fmt::format("{}: the id is not that of the case, {}", vector.id, id));
  vector.expected = expected_of(vector.asked);
  if (expected == nullptr) return;
  const std::string mistake = difference(*expected, expectation_json(vector.asked, vector.expected));
  if (!mistake.empty()) from.wrong(vector.id + ": " + mistake);
}

}  // namespace vectors
