#include "vectors/format/file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

namespace vectors {

namespace {

constexpr std::size_t kMegaByte = std::size_t{1} << 20;

}  // namespace

std::string read_file(const std::filesystem::path& path, std::string_view expected, std::size_t most) {
  const auto fail = [&](std::string_view why) {
    throw std::runtime_error(fmt::format("{}: {}; expected {}", path.string(), why, expected));
  };
  const auto fail_if_large = [&](std::size_t size) {
    if (size > most) fail(fmt::format("is larger than {} MBytes", most / kMegaByte));
  };
  struct stat what {};
  if (stat(path.c_str(), &what) != 0) fail(errno == ENOENT ? "does not exist" : std::strerror(errno));
  if (S_ISDIR(what.st_mode)) fail("is a folder");
  if (!S_ISREG(what.st_mode) && !S_ISFIFO(what.st_mode)) fail("is a device");
  if (S_ISREG(what.st_mode)) fail_if_large(static_cast<std::size_t>(what.st_size));
  std::ifstream in(path, std::ios::binary);
  if (!in) fail(std::strerror(errno));
  std::string bytes;
  std::vector<char> buffer(kMegaByte);
  while (in && bytes.size() <= most) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    bytes.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) fail(std::strerror(errno));
  fail_if_large(bytes.size());
  return bytes;
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  errno = 0;
  std::ofstream out(path, std::ios::binary);
  out << bytes;
  out.close();
  if (!out) throw std::runtime_error(fmt::format("{}: cannot be written: {}", path.string(), std::strerror(errno)));
}

std::string place_in(std::string_view text, std::size_t byte, std::size_t first) {
  const std::string_view before = text.substr(0, std::min(byte, text.size()));
  const std::size_t line = before.rfind('\n');
  return fmt::format("{}:{}", first + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
                     before.size() - (line == std::string_view::npos ? 0 : line + 1) + 1);
}

}  // namespace vectors
