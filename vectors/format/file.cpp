#include "vectors/format/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

// Why the file cannot be read as a whole; empty when it can.
std::string mistake_in(const std::filesystem::path& path, const struct stat& what, std::size_t most) {
  const bool regular = S_ISREG(what.st_mode);
  if (S_ISDIR(what.st_mode)) return "is a folder";
  if (!regular && !S_ISFIFO(what.st_mode)) return "is a device";
  if (regular && static_cast<std::size_t>(what.st_size) > most) {
    return fmt::format("is larger than {} MBytes", most / kMegaByte);
  }
  return access(path.c_str(), R_OK) == 0 ? "" : std::strerror(errno);
}

// False when there is more than `most`.
bool read_all(int fd, std::string& bytes, std::size_t most) {
  std::vector<char> buffer(kMegaByte);
  while (bytes.size() <= most) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got == 0;
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
  }
  errno = EFBIG;
  return false;
}

}  // namespace

std::string read_file(const std::filesystem::path& path, std::string_view expected, std::size_t most) {
  const auto fail = [&](std::string_view why) {
    throw std::runtime_error(fmt::format("{}: {}; expected {}", path.string(), why, expected));
  };
  struct stat what {};
  if (stat(path.c_str(), &what) != 0) fail(errno == ENOENT ? "does not exist" : std::strerror(errno));
  if (const std::string mistake = mistake_in(path, what, most); !mistake.empty()) fail(mistake);
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail(std::strerror(errno));
  std::string bytes;
  const bool whole = read_all(fd, bytes, most);
  const int error = errno;
  close(fd);
  if (!whole && error == EFBIG) fail(fmt::format("is larger than {} MBytes", most / kMegaByte));
  if (!whole) fail(std::strerror(error));
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
