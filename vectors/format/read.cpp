#include "vectors/format/read.h"

#include "vectors/format/binary.h"
#include "vectors/format/lines.h"
#include "vectors/format/self_contained.h"

namespace vectors {

Document read_vectors(std::string_view bytes, const std::string& file, std::vector<std::string>& errors) {
  if (is_binary(bytes)) return {"", "", {}, from_binary(bytes, file, errors)};
  return are_lines(bytes) ? read_lines(bytes, file, errors) : read_self_contained(bytes, file, errors);
}

}  // namespace vectors
