#include "model/emit/fill.h"

#include <set>
#include <sstream>
#include <stdexcept>

namespace model {

std::string indent(const std::string& text, const std::string& margin) {
  std::istringstream lines(text);
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    result += line.empty() ? "\n" : margin + line + "\n";
  }
  return result;
}

std::string fill(const std::string& text, const std::map<std::string, std::string>& holes) {
  std::set<std::string> unused;
  for (const auto& [name, value] : holes) unused.insert(name);
  const auto value_of = [&](const std::string& name) -> const std::string& {
    const auto found = holes.find(name);
    if (found == holes.end()) throw std::logic_error("template hole without a text: " + name);
    unused.erase(name);
    return found->second;
  };
  std::istringstream lines(text);
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t margin = line.find_first_not_of(' ');
    if (margin != std::string::npos && line.compare(margin, 2, "@{") == 0 && line.back() == '}') {
      result += indent(value_of(line.substr(margin + 2, line.size() - margin - 3)), line.substr(0, margin));
      continue;
    }
    for (std::size_t at = line.find("@{"); at != std::string::npos; at = line.find("@{", at)) {
      const std::size_t end = line.find('}', at);
      const std::string& value = value_of(line.substr(at + 2, end - at - 2));
      line.replace(at, end - at + 1, value);
      at += value.size();
    }
    result += line + "\n";
  }
  if (!unused.empty()) throw std::logic_error("text without a template hole: " + *unused.begin());
  return result;
}

}  // namespace model
