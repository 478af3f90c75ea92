#include "harness/serial.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

namespace harness {

namespace {

constexpr std::size_t kMostResults = std::size_t{64} << 20;  // a damaged offset that a checksum confirms is not taken
constexpr int kQuietMilliseconds = 100;
constexpr std::string_view kMagic("ETFRAME\x1d", 8);

class Line {
 public:
  explicit Line(const std::string& path) : path_(path), fd_(open(path.c_str(), O_RDONLY | O_NOCTTY | O_CLOEXEC)) {
    if (fd_ < 0) fail();
    if (isatty(fd_) != 0) set_up();
  }
  ~Line() { close(fd_); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  enum class State { data, quiet, ended };
  // Appends what came.
  State read_more(std::string& bytes) {
    pollfd waiting{fd_, POLLIN, 0};
    const int ready = poll(&waiting, 1, kQuietMilliseconds);
    if (ready < 0 && errno != EINTR) fail();
    if (ready <= 0) return State::quiet;
    std::array<char, 65536> buffer{};
    const ssize_t count = read(fd_, buffer.data(), buffer.size());
    if (count < 0 && errno == EIO) return State::ended;  // the other side of a pseudo-terminal is gone
    if (count < 0 && errno != EINTR) fail();
    if (count > 0) bytes.append(buffer.data(), static_cast<std::size_t>(count));
    return count == 0 ? State::ended : State::data;
  }

 private:
  void set_up() const {
    termios settings{};
    if (tcgetattr(fd_, &settings) != 0) fail();
    cfmakeraw(&settings);
    cfsetspeed(&settings, B115200);
    settings.c_cflag |= CLOCAL | CREAD;
    if (tcsetattr(fd_, TCSANOW, &settings) != 0) fail();
  }
  [[noreturn]] void fail() const { throw std::runtime_error(fmt::format("{}: {}", path_, std::strerror(errno))); }

  std::string path_;
  int fd_;
};

}  // namespace

std::string results_in_frames(std::string_view bytes) {
  std::string results;
  for (std::size_t at = bytes.find(kMagic); at != std::string_view::npos; at = bytes.find(kMagic, at + 1)) {
    image::Frame frame{};
    if (bytes.size() - at < sizeof(frame)) break;
    std::memcpy(&frame, bytes.data() + at, sizeof(frame));
    if (crc32c(bytes.substr(at, sizeof(frame) - 8)) != frame.crc) continue;
    const std::string_view data = bytes.substr(at + sizeof(frame), frame.size);
    if (data.size() != frame.size || crc32c(data) != frame.data_crc) continue;
    const std::size_t end = std::size_t{frame.offset} + frame.size;
    if (end > kMostResults) continue;
    if (results.size() < end) results.resize(end);
    data.copy(results.data() + frame.offset, data.size());
  }
  return results;
}

Results listen(const std::string& path, double idle_seconds) {
  Line line(path);
  std::string bytes;
  std::size_t looked_at = 0;
  for (double quiet = 0; quiet < idle_seconds; quiet += kQuietMilliseconds / 1000.0) {
    const Line::State state = line.read_more(bytes);
    if (state == Line::State::ended) break;
    if (state == Line::State::data) quiet = 0;
    if (state == Line::State::data || bytes.size() == looked_at) continue;
    looked_at = bytes.size();
    Results results = read_results(results_in_frames(bytes));
    if (results.trailer || (results.probe && results.probe->obstacle != image::Obstacle::none)) return results;
  }
  return read_results(results_in_frames(bytes));
}

}  // namespace harness
