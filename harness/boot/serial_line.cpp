#include "harness/boot/serial_line.h"

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

constexpr int kAnswerMilliseconds = 5000;
constexpr int kMostTries = 3;

// An object's bytes, the last of which are its checksum.
template <class T>
std::string sealed_bytes(T object) {
  const std::string_view bytes(reinterpret_cast<const char*>(&object), sizeof(T));
  object.crc = crc32c(bytes.substr(0, sizeof(T) - 8));
  return std::string(bytes);
}

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

SerialLine::SerialLine(const std::string& path) : path_(path) {
  fd_ = open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  terminal_ = fd_ >= 0 && isatty(fd_) != 0;
  if (terminal_) {
    set_up();
    return;
  }
  if (fd_ >= 0) close(fd_);
  fd_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) fail();
}

SerialLine::~SerialLine() {
  if (fd_ >= 0) close(fd_);
}

void SerialLine::fail() const { throw std::runtime_error(fmt::format("{}: {}", path_, std::strerror(errno))); }

void SerialLine::set_up() {
  termios settings{};
  if (tcgetattr(fd_, &settings) != 0) fail();
  cfmakeraw(&settings);
  cfsetspeed(&settings, B115200);
  settings.c_cflag |= CLOCAL | CREAD;
  if (tcsetattr(fd_, TCSANOW, &settings) != 0) fail();
}

SerialLine::State SerialLine::read_more(std::string& bytes, int milliseconds) {
  pollfd waiting{fd_, POLLIN, 0};
  const int ready = poll(&waiting, 1, milliseconds);
  if (ready < 0 && errno != EINTR) fail();
  if (ready <= 0) return State::quiet;
  std::array<char, 65536> buffer{};
  const ssize_t count = read(fd_, buffer.data(), buffer.size());
  if (count < 0 && errno == EIO) return State::ended;  // the other side of a pseudo-terminal is gone
  if (count < 0 && errno != EINTR) fail();
  if (count > 0) bytes.append(buffer.data(), static_cast<std::size_t>(count));
  return count == 0 ? State::ended : State::data;
}

void SerialLine::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(fd_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail();
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

Results SerialLine::listen(double idle_seconds) {
  std::string bytes;
  std::size_t looked_at = 0;
  for (double quiet = 0; quiet < idle_seconds; quiet += kQuietMilliseconds / 1000.0) {
    const State state = read_more(bytes, kQuietMilliseconds);
    if (state == State::ended) break;
    if (state == State::data) quiet = 0;
    if (state == State::data || bytes.size() == looked_at) continue;
    looked_at = bytes.size();
    Results results = read_results(results_in_frames(bytes));
    if (results.trailer || (results.probe && results.probe->obstacle != image::Obstacle::none)) return results;
  }
  return read_results(results_in_frames(bytes));
}

void SerialLine::send_cases(std::string_view blob) {
  for (std::size_t at = 0, tries = 0; at <= blob.size();) {
    const std::string_view data = blob.substr(at, image::kFrameData);
    image::Frame frame{};
    frame.magic = image::kFrameMagic;
    frame.offset = static_cast<std::uint32_t>(at);
    frame.size = static_cast<std::uint32_t>(data.size());
    frame.data_crc = crc32c(data);
    write_all(sealed_bytes(frame));
    write_all(data);
    std::string answer;
    if (read_more(answer, kAnswerMilliseconds) == State::data && answer.ends_with(image::kTaken)) {
      if (data.empty()) return;
      at += data.size();
      tries = 0;
    } else if (++tries == kMostTries) {
      throw std::runtime_error(fmt::format("{}: the image does not accept the cases", path_));
    }
  }
}

}  // namespace harness
