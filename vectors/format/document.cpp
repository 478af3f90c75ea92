#include "vectors/format/document.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <tuple>

#include "vectors/format/binary.h"
#include "vectors/format/lines.h"
#include "vectors/format/self_contained.h"

namespace vectors {

namespace {

std::string plain(std::string_view text) {
  std::string id;
  for (const char c : text) {
    const bool kept = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == ':' || c == '-';
    if (kept)
      id += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!id.empty() && id.back() != '_')
      id += '_';
  }
  while (id.ends_with('_')) id.pop_back();
  return id;
}

// What is before the separator, which is taken away with it; all when there is none.
std::string_view take_until(std::string_view& text, std::string_view separator) {
  const std::size_t at = text.find(separator);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + separator.size());
  return taken;
}

}  // namespace

void link(Document& document) {
  std::sort(document.purposes.begin(), document.purposes.end(),
            [](const Purpose& a, const Purpose& b) { return std::tie(a.goal, a.vector) < std::tie(b.goal, b.vector); });
  std::stable_sort(document.vectors.begin(), document.vectors.end(),
                   [](const Vector& a, const Vector& b) { return a.id < b.id; });
  std::map<std::string, Vector*> by_id;
  for (Vector& vector : document.vectors) {
    vector.profile = document.profile;
    by_id.emplace(vector.id, &vector);
  }
  // The vector, which now has the goal; null when there is none.
  const auto give = [&](const std::string& id, const std::string& goal, const std::string& cite) -> Vector* {
    const auto found = by_id.find(id);
    if (found == by_id.end()) return nullptr;
    Vector& vector = *found->second;
    const auto place = std::lower_bound(vector.goals.begin(), vector.goals.end(), goal);
    if (place == vector.goals.end() || *place != goal) vector.goals.insert(place, goal);
    if (vector.cite.empty()) vector.cite = cite;
    return &vector;
  };
  for (const Purpose& purpose : document.purposes) {
    const std::string family = purpose.goal.substr(0, purpose.goal.rfind('/'));  // which bit it was does not matter
    Vector* const vector = give(purpose.vector, purpose.goal, purpose.cite);
    give(purpose.neighbour, "neighbour/" + family, purpose.cite);
    give(purpose.twin, "twin/" + family, purpose.cite);
    if (vector != nullptr && !purpose.neighbour.empty()) vector->neighbour = purpose.neighbour;
    if (vector != nullptr && !purpose.twin.empty()) vector->twin = purpose.twin;
  }
}

std::string citation_id(std::string_view text) {
  constexpr std::string_view kManual = "SDM Vol. ";
  text = text.substr(0, text.rfind(" ("));
  if (!text.starts_with(kManual)) return plain(text);
  text.remove_prefix(kManual.size());
  const std::string_view volume = take_until(text, ", ");
  std::string_view title = take_until(text, ", ");
  const std::string_view section = take_until(title, " ");
  std::string id = std::string(volume) + "/" + std::string(section);
  return text.empty() ? id : id + "/" + plain(text);
}

void add_citations(const Document& document, Citations& to) {
  for (const Purpose& purpose : document.purposes) {
    if (purpose.cite.empty()) continue;
    const auto [found, is_new] = to.emplace(citation_id(purpose.cite), purpose.cite);
    if (!is_new && found->second != purpose.cite)
      throw std::logic_error("one id of two citations: " + found->second + " and " + purpose.cite);
  }
}

Document renamed(Document document, const std::string& profile) {
  document.profile = profile;
  for (Vector& vector : document.vectors) vector.profile = profile;
  return document;
}

Document read_vectors(std::string_view bytes, const std::string& file, std::vector<std::string>& errors) {
  if (is_binary(bytes) || file.ends_with(".bin")) return {"", "", {}, from_binary(bytes, file, errors)};
  return are_lines(bytes) ? read_lines(bytes, file, errors) : read_self_contained(bytes, file, errors);
}

}  // namespace vectors
