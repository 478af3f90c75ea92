#include "vectors/format/citations.h"

#include <cctype>
#include <stdexcept>

#include <nlohmann/json.hpp>

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

void write_citations(const Citations& citations, std::ostream& out) {
  for (const auto& [id, text] : citations) {
    const nlohmann::ordered_json line = {{"cite", id}, {"text", text}};
    out << line.dump() << "\n";
  }
}

}  // namespace vectors
