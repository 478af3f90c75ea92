#include "vectors/format/c_array.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "vectors/format/binary.h"

namespace vectors {

void write_c_array(const std::vector<Vector>& list, const std::string& name, std::ostream& out) {
  const std::string bytes = to_binary(list);
  fmt::print(
      out,
      "/* Vectors of eptspec, written by \"eptspec vectors export --format c\"; docs/vectors.md has the layout. */\n");
  fmt::print(out, "#define {}_COUNT {}\n", name, list.size());
  fmt::print(out, "static const unsigned char {}[{}][{}] = {{\n", name, list.size(), kBinaryRecord);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string record = bytes.substr(kBinaryHeader + i * kBinaryRecord, kBinaryRecord);
    std::string text;
    for (const char byte : record) text += fmt::format("{},", static_cast<unsigned char>(byte));
    fmt::print(out, "  /* {} {} */\n  {{{}}},\n", list[i].id, fmt::join(list[i].goals, " "), text);
  }
  fmt::print(out, "}};\n");
}

}  // namespace vectors
