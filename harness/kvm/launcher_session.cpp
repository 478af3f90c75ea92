#include "harness/kvm/launcher_session.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/metal/open_machine.h"
#include "harness/support/process.h"
#include "harness/support/program.h"

namespace harness {

namespace {

constexpr int kLookEvery = 200;  // milliseconds
constexpr std::chrono::seconds kLineEvery{2};
constexpr double kWallFactor = 10;      // a machine may be that much busier with others
constexpr std::size_t kSuspects = 512;  // cases that may have run since the last that was told
constexpr unsigned kMostLosses = 8;

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
  const std::string text = contents_of(fmt::format("/proc/{}/stat", pid));
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

Recorded lost_record(const MadeCase& asked) {
  Recorded record{};
  record.id = asked.id;
  record.end = image::End::reset;
  record.landed = image::kNowhere;
  return record;
}

}  // namespace

LauncherSession::~LauncherSession() { stop(); }

void LauncherSession::stop() {
  kill_group(peer_.pid);
  close_if_open(peer_.output);
}

void LauncherSession::start() {
  peer_ = options_.start();
  reader_ = {};
  sequence_ = 0;
  log_.clear();
  const std::string death = await_launcher();
  if (death.empty()) return;
  const std::string text = with_tail(death);
  stop();
  throw std::runtime_error(fmt::format("{}: the launcher did not start: {}", options_.name, text));
}

// What happened, with the ends of the logs.
std::string LauncherSession::with_tail(const std::string& what) const {
  const std::string tail = tail_of(log_ + peer_.console());
  return tail.empty() ? what : what + "\n" + tail;
}

// The next frame; or why there will be none.
std::string LauncherSession::wait_for_frame(double limit, Frame& frame) {
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
      if (got <= 0) return "its process " + end_of(peer_.pid, "its standard output");
      reader_.feed({buffer.data(), static_cast<std::size_t>(got)});
      continue;
    }
    if (std::string trouble = trouble_in(peer_.console()); !trouble.empty()) return trouble;
    const double wall = std::chrono::duration<double>(Clock::now() - begin).count();
    if (cpu_seconds(peer_.pid) - cpu_begin > limit || wall > limit * kWallFactor) {
      return fmt::format("no output for {} s of its processor time", limit);
    }
  }
}

std::string LauncherSession::await_launcher() {
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

void LauncherSession::take_results(const std::string& payload, std::size_t cases, std::string& bytes,
                                   Exchanged& exchanged) {
  std::uint64_t offset = 0;
  if (payload.size() < sizeof(offset)) return;
  std::memcpy(&offset, payload.data(), sizeof(offset));
  const std::size_t size = payload.size() - sizeof(offset);
  if (offset > bytes.size() || size > bytes.size() - offset) return;
  bytes.replace(offset, size, payload, sizeof(offset), size);
  const std::size_t end = std::max<std::size_t>(offset + size, image::kProbeSize);
  const std::size_t record = (bytes.size() - image::kProbeSize - sizeof(image::Trailer)) / cases;
  known_ = std::min(cases, (end - image::kProbeSize) / record);
  if (!exchanged.trouble.empty() && exchanged.last_suspect == cases) exchanged.last_suspect = known_;
  if (cases == 1 || Clock::now() < next_line_) return;
  next_line_ = Clock::now() + kLineEvery;
  options_.tell(fmt::format("{} of {} cases, {:.1f} s of its processor time", known_, cases, cpu_seconds(peer_.pid)));
}

// The kernel goes on after a warning, and so does the run; what it was about came behind the results that are known.
void LauncherSession::take_log(const std::string& lines, std::size_t cases, Exchanged& exchanged) {
  log_ += lines;
  const std::string trouble = trouble_in(lines);
  if (trouble.empty() || !exchanged.trouble.empty()) return;
  exchanged.trouble = trouble;
  exchanged.warned = true;
  exchanged.first_suspect = known_;
  exchanged.last_suspect = cases;
}

void LauncherSession::await_results(std::size_t cases, std::string& bytes, Exchanged& exchanged) {
  known_ = 0;
  for (Frame frame{};;) {
    if (const std::string death = wait_for_frame(options_.cpu_seconds_for_a_case, frame); !death.empty()) {
      exchanged.trouble = death;
      exchanged.died = true;
      return;
    }
    if (frame.say == kvm::Say::results) take_results(frame.payload, cases, bytes, exchanged);
    if (frame.say == kvm::Say::log) take_log(frame.payload, cases, exchanged);
    if (frame.say != kvm::Say::finished) continue;
    if (!frame.payload.empty()) exchanged.trouble = frame.payload + "; " + exchanged.trouble;
    return;
  }
}

LauncherSession::Exchanged LauncherSession::exchange(const Job& job) {
  if (peer_.pid < 0) start();
  const std::string cases = to_blob(job, kvm::kResults);
  std::string bytes(results_size(job), '\0');
  const kvm::Order order{kvm::kOrderMagic,      ++sequence_,  kvm::Task::run,
                         options_.image.size(), cases.size(), bytes.size()};
  kill(-peer_.pid, SIGCONT);
  peer_.give(order_sectors(order, options_.image, cases));
  Exchanged exchanged;
  await_results(job.cases.size(), bytes, exchanged);
  exchanged.results = read_results(bytes);
  if (exchanged.died) {
    stop();
  } else {
    kill(-peer_.pid, SIGSTOP);  // until there is more to do, or it would look for it all the time
  }
  return exchanged;
}

// Of the cases from `first` to `last`, without that one, the first that brings trouble about.
std::size_t LauncherSession::pin(const Job& job, std::size_t first, std::size_t last, std::string& trouble) {
  if (!exchange(part_of(job, first, 1)).trouble.empty()) return first;
  while (last - first > 1) {
    const std::size_t middle = first + (last - first) / 2;
    (exchange(part_of(job, first, middle - first)).trouble.empty() ? first : last) = middle;
  }
  if (exchange(part_of(job, first, 1)).trouble.empty()) trouble += " (in a batch only, not alone)";
  return first;
}

// Names the culprit. What was seen of the cases before one that does not end is seen, if need be once more.
void LauncherSession::blame(const Job& job, const Exchanged& exchanged, std::size_t first, Results& all) {
  const std::size_t done = all.records.size();
  const bool whole = done == job.cases.size();
  const std::size_t end = std::min(done + (exchanged.warned ? 1 : kSuspects), job.cases.size());
  std::string trouble = exchanged.trouble;
  const std::size_t culprit = pin(job, exchanged.warned ? first + exchanged.first_suspect : done,
                                  whole ? first + exchanged.last_suspect : end, trouble);
  if (culprit > done) {
    const Results before = exchange(part_of(job, done, culprit - done)).results;
    all.records.insert(all.records.end(), before.records.begin(), before.records.end());
  }
  while (all.records.size() <= culprit) all.records.push_back(lost_record(job.cases[all.records.size()]));
  all.why[job.cases[culprit].id] = trouble;
}

Results LauncherSession::run(const Job& job) {
  Results all;
  const std::size_t count = job.cases.size();
  for (unsigned losses = 0; all.records.size() < count;) {
    const std::size_t at = all.records.size();
    Exchanged exchanged = exchange(part_of(job, at, count - at));
    const Results& part = exchanged.results;
    if (part.probe) all.probe = part.probe;
    if (part.probe && part.probe->obstacle != image::Obstacle::none) return all;
    all.trailer = part.trailer;
    all.records.insert(all.records.end(), part.records.begin(), part.records.end());
    std::string& trouble = exchanged.trouble;
    if (trouble.empty() && all.records.size() != count) trouble = part.problem;
    if (trouble.empty()) continue;
    options_.tell(fmt::format("after {} of {} cases: {}", all.records.size(), count, with_tail(trouble)));
    if (++losses > kMostLosses) {
      all.problem = trouble;
      return all;
    }
    blame(job, exchanged, at, all);
  }
  return all;
}

}  // namespace harness
