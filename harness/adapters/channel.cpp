#include "harness/adapters/channel.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/format.h>

#include "harness/support/process.h"

namespace harness {

namespace {

constexpr std::size_t kMostTail = 2000;
constexpr int kPipeBytes = 1 << 20;
// A line longer than any batch of answers can be: an adapter that never ends its line must not fill the memory.
constexpr std::size_t kLongestLine = std::size_t{64} << 20;

void do_not_block(int fd) { fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); }

}  // namespace

void Channel::start(const std::string& command) {
  stop();
  const std::lock_guard<std::mutex> lock(spawn_mutex());
  const Pipe in = make_pipe();
  const Pipe out = make_pipe();
  const Pipe err = make_pipe();
  pid_ = start_program({"/bin/sh", "-c", command}, {in.read, out.write, err.write});
  close(in.read);
  close(out.write);
  close(err.write);
  in_ = in.write;
  out_ = out.read;
  err_ = err.read;
  for (const int fd : {in_, out_, err_}) do_not_block(fd);
  // A whole batch fits, so that it takes one change of process instead of many. Refused, it is only slower.
  for (const int fd : {in_, out_}) fcntl(fd, F_SETPIPE_SZ, kPipeBytes);
}

void Channel::stop() {
  kill_group(pid_);
  close_if_open(in_);
  close_if_open(out_);
  close_if_open(err_);
  forget_sent();
  received_.clear();
  searched_ = 0;
}

void Channel::forget_sent() {
  unsent_.clear();
  sent_ = 0;
}

void Channel::send() {
  const ssize_t written = write(in_, unsent_.data() + sent_, unsent_.size() - sent_);
  if (written > 0) {
    sent_ += static_cast<std::size_t>(written);
    if (sent_ == unsent_.size()) forget_sent();
  } else if (errno != EAGAIN && errno != EINTR) {
    forget_sent();  // it no longer listens; whether that matters shows in what it still says
  }
}

bool Channel::receive() {
  std::array<char, 1 << 18> buffer;
  const ssize_t got = read(out_, buffer.data(), buffer.size());
  if (got > 0) received_.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

void Channel::drain() {
  std::array<char, 1 << 16> buffer;
  const ssize_t got = read(err_, buffer.data(), buffer.size());
  if (got > 0) {
    error_tail_.append(buffer.data(), static_cast<std::size_t>(got));
    if (error_tail_.size() > kMostTail) error_tail_.erase(0, error_tail_.size() - kMostTail);
  } else if (got == 0) {
    close_if_open(err_);
  }
}

std::string Channel::line(Clock::time_point deadline) {
  while (true) {
    if (const std::size_t end = received_.find('\n', searched_); end != std::string::npos) {
      std::string text = received_.substr(0, end);
      received_.erase(0, end + 1);
      searched_ = 0;
      return text;
    }
    searched_ = received_.size();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    std::array<pollfd, 3> fds{{{out_, POLLIN, 0}, {err_, POLLIN, 0}, {unsent_.empty() ? -1 : in_, POLLOUT, 0}}};
    const int ready = left > 0 ? poll(fds.data(), fds.size(), static_cast<int>(std::min<long>(left, 1 << 30))) : 0;
    if (searched_ > kLongestLine) {
      fail(Fate::garbage, fmt::format("a line of more than {} MBytes", kLongestLine >> 20));
    }
    if (ready == 0) fail(Fate::hang, "no whole answer in time");
    if (ready < 0) continue;
    if (fds[1].revents != 0) drain();
    if (fds[2].revents != 0) send();
    if (fds[0].revents != 0 && !receive()) {
      drain();
      fail(Fate::crash, fmt::format("the command {}{}", end_of(pid_, "its standard output"),
                                    received_.empty() ? "" : " in the middle of a line"));
    }
  }
}

void Channel::fail(Fate fate, std::string why) {
  stop();
  std::string words = error_tail_.substr(error_tail_.size() - std::min<std::size_t>(error_tail_.size(), 200));
  while (words.ends_with('\n')) words.pop_back();
  for (char& c : words) {
    if (c < ' ' || c > '~') c = ' ';
  }
  if (!words.empty()) why += "; it said: " + words;
  throw Failure(fate, why);
}

}  // namespace harness
