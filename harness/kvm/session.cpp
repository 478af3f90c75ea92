#include "harness/kvm/session.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/kvm/log.h"
#include "harness/metal/adapter.h"
#include "harness/process.h"

namespace harness {

namespace {

constexpr int kLookEvery = 200;  // milliseconds
constexpr std::chrono::seconds kLineEvery{2};
constexpr double kWallFactor = 10;     // a machine may be that much busier with others
constexpr std::size_t kSuspects = 64;  // cases that may have run since the last that was told
constexpr unsigned kMostDeaths = 8;

std::string padded(std::string text) {
  text.resize((text.size() + kvm::kSector - 1) / kvm::kSector * kvm::kSector);
  return text;
}

std::string order_sectors(const kvm::Order& order, const std::string& image, const std::string& cases) {
  std::string sector(reinterpret_cast<const char*>(&order), sizeof(order));
  return padded(sector) + padded(image) + padded(cases);
}

// Of the process, user and system.
double cpu_seconds(pid_t pid) {
  std::ifstream in(fmt::format("/proc/{}/stat", pid));
  std::string text((std::istreambuf_iterator<char>(in)), {});
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int n = 0; n < 11; ++n) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

Job part_of(const Job& job, std::size_t first, std::size_t count) {
  Job part = job;
  part.cases.assign(job.cases.begin() + static_cast<std::ptrdiff_t>(first),
                    job.cases.begin() + static_cast<std::ptrdiff_t>(first + count));
  return part;
}

image::Record lost_record(const image::Case& asked) {
  image::Record record{};
  record.id = asked.id;
  record.end = image::End::reset;
  record.landed = image::kNowhere;
  return record;
}

}  // namespace

Session::~Session() { stop(); }

void Session::stop() {
  kill_group(peer_.pid);
  close_if_open(peer_.output);
}

void Session::start() {
  peer_ = options_.start();
  reader_ = {};
  sequence_ = 0;
  log_.clear();
  const std::string death = await_launcher();
  if (death.empty()) return;
  stop();
  throw std::runtime_error(fmt::format("{}: the launcher did not come up: {}", options_.name, death));
}

// What happened, with the ends of the logs.
std::string Session::epitaph(const std::string& what) const {
  std::string tail = tail_of(log_ + peer_.console());
  return tail.empty() ? what : what + "; the log ends with\n" + tail;
}

// The next frame; or why there will be none.
std::string Session::wait_for_frame(double limit, Frame& frame) {
  const double cpu_begin = cpu_seconds(peer_.pid);
  const Clock::time_point begin = Clock::now();
  std::array<char, 65536> buffer{};
  for (;;) {
    if (auto found = reader_.next()) {
      frame = std::move(*found);
      return {};
    }
    pollfd wait{peer_.output, POLLIN, 0};
    if (poll(&wait, 1, kLookEvery) > 0) {
      const ssize_t got = read(peer_.output, buffer.data(), buffer.size());
      if (got <= 0) return epitaph("its process " + end_of(peer_.pid));
      reader_.feed({buffer.data(), static_cast<std::size_t>(got)});
      continue;
    }
    if (const std::string trouble = trouble_in(peer_.console()); !trouble.empty()) return epitaph(trouble);
    const double wall = std::chrono::duration<double>(Clock::now() - begin).count();
    if (cpu_seconds(peer_.pid) - cpu_begin > limit || wall > limit * kWallFactor) {
      return epitaph(fmt::format("no sign of life for {} s of its processor time", limit));
    }
  }
}

std::string Session::await_launcher() {
  for (Frame frame{};;) {
    if (std::string death = wait_for_frame(options_.cpu_seconds_to_start, frame); !death.empty()) return death;
    if (frame.say == kvm::Say::refused) {
      stop();
      throw NotTested(fmt::format("{}: not tested: {}", options_.name, frame.payload));
    }
    if (frame.say != kvm::Say::ready) continue;
    kernel_ = frame.payload;
    options_.tell(fmt::format("{} is up, after {:.1f} s of its processor time", kernel_, cpu_seconds(peer_.pid)));
    return {};
  }
}

void Session::tell_progress(std::size_t cases, std::size_t known) {
  if (cases == 1 || known < image::kProbeSize || Clock::now() < next_line_) return;
  next_line_ = Clock::now() + kLineEvery;
  options_.tell(fmt::format("{} of {} cases, {:.1f} s of its processor time",
                            std::min(cases, (known - image::kProbeSize) / sizeof(image::Record)), cases,
                            cpu_seconds(peer_.pid)));
}

std::string Session::await_results(std::size_t cases, std::string& bytes) {
  for (Frame frame{};;) {
    if (std::string death = wait_for_frame(options_.cpu_seconds_for_a_case, frame); !death.empty()) return death;
    if (frame.say == kvm::Say::results && frame.payload.size() >= sizeof(std::uint64_t)) {
      std::uint64_t offset = 0;
      std::memcpy(&offset, frame.payload.data(), sizeof(offset));
      const std::size_t size = frame.payload.size() - sizeof(offset);
      if (offset > bytes.size() || size > bytes.size() - offset) return "results that nobody asked for";
      bytes.replace(offset, size, frame.payload, sizeof(offset), size);
      tell_progress(cases, offset + size);
    } else if (frame.say == kvm::Say::log) {
      log_ += frame.payload;
      if (const std::string trouble = trouble_in(frame.payload); !trouble.empty()) return epitaph(trouble);
    } else if (frame.say == kvm::Say::finished) {
      return frame.payload;
    }
  }
}

Session::Exchanged Session::exchange(const Job& job) {
  if (peer_.pid < 0) start();
  const std::string cases = to_blob(job, kvm::kResults);
  std::string bytes(results_size(job.cases.size()), '\0');
  const kvm::Order order{kvm::kOrderMagic,      ++sequence_,  kvm::Task::run,
                         options_.image.size(), cases.size(), bytes.size()};
  kill(-peer_.pid, SIGCONT);
  peer_.give(order_sectors(order, options_.image, cases));
  Exchanged exchanged;
  exchanged.death = await_results(job.cases.size(), bytes);
  exchanged.results = read_results(bytes, job.cases.size());
  if (exchanged.death.empty()) {
    kill(-peer_.pid, SIGSTOP);  // until there is more to do, or it would look for it all the time
  } else {
    stop();
  }
  return exchanged;
}

Results Session::run(const Job& job) {
  Results all;
  unsigned deaths = 0;
  std::size_t singly = 0;  // so many cases from here on are run alone
  std::size_t first_suspect = 0;
  std::string death;  // to be pinned to one of them
  while (all.records.size() < job.cases.size()) {
    const std::size_t at = all.records.size();
    const std::size_t count = singly > 0 ? 1 : job.cases.size() - at;
    Exchanged exchanged = exchange(part_of(job, at, count));
    Results& part = exchanged.results;
    if (part.probe) all.probe = part.probe;
    if (part.probe && part.probe->obstacle != image::Obstacle::none) return all;
    all.trailer = part.trailer;
    all.records.insert(all.records.end(), part.records.begin(), part.records.end());
    if (singly > 0 && --singly == 0 && exchanged.death.empty() && !death.empty()) {
      all.why[first_suspect] = death + " (in a batch only, not alone)";
      death.clear();
    }
    if (exchanged.death.empty() && part.records.size() == count) continue;
    if (exchanged.death.empty()) exchanged.death = part.problem;
    options_.tell(fmt::format("died after {} of {} cases: {}", all.records.size(), job.cases.size(), exchanged.death));
    if (++deaths > kMostDeaths) {
      all.problem = exchanged.death;
      return all;
    }
    if (count == 1) {
      if (part.records.empty()) all.records.push_back(lost_record(job.cases[at]));
      all.why[at] = exchanged.death;
      death.clear();
      singly = 0;
      continue;
    }
    death = exchanged.death;
    first_suspect = all.records.size();
    singly = std::min(kSuspects, job.cases.size() - first_suspect);
  }
  return all;
}

}  // namespace harness
