// Talk with a launcher that does what the test wants: a child process that reads orders from a pipe.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "harness/kvm/launcher_session.h"
#include "harness/metal/known_machine.h"
#include "harness/support/process.h"

namespace {

using harness::Job;
using harness::Results;

struct Pipes {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
};

void say(int to, kvm::Say what, const std::string& payload) {
  const kvm::FrameHeader header{kvm::kFrameMagic, what, static_cast<std::uint32_t>(payload.size()),
                                harness::crc32c(payload)};
  const std::string bytes = std::string(reinterpret_cast<const char*>(&header), sizeof(header)) + payload;
  if (write(to, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) _exit(1);
}

// An object whose seal is `behind` bytes behind it, or its last members.
template <class T>
std::string sealed(const T& object, std::size_t behind = 0) {
  std::string bytes(reinterpret_cast<const char*>(&object), sizeof(T));
  bytes.resize(bytes.size() + behind);
  const image::Seal seal{0, harness::crc32c(std::string_view(bytes).substr(0, bytes.size() - sizeof(image::Seal)))};
  std::memcpy(bytes.data() + bytes.size() - sizeof(seal), &seal, sizeof(seal));
  return bytes;
}

std::string at(std::uint64_t offset, const std::string& bytes) {
  return std::string(reinterpret_cast<const char*>(&offset), sizeof(offset)) + bytes;
}

bool read_all(int from, char* to, std::size_t size) {
  for (ssize_t got = 0; size != 0; to += got, size -= static_cast<std::size_t>(got)) {
    got = read(from, to, size);
    if (got <= 0) return false;
  }
  return true;
}

std::string read_sectors(int from, std::uint64_t size) {
  std::string bytes((size + kvm::kSector - 1) / kvm::kSector * kvm::kSector, '\0');
  if (!read_all(from, bytes.data(), bytes.size())) _exit(0);
  bytes.resize(size);
  return bytes;
}

// What the launcher does at the case with id 5.
enum class Mood { well, dies, warns, hangs, silent };

constexpr std::uint64_t kBadCase = 5;

void answer(const Pipes& pipes, Mood mood, const kvm::Order& order) {
  read_sectors(pipes.in[0], order.image_size);
  const std::string blob = read_sectors(pipes.in[0], order.cases_size);
  image::CasesHeader header{};
  std::memcpy(&header, blob.data(), sizeof(header));
  image::Probe probe{};
  probe.magic = image::kProbeMagic;
  probe.version = image::kWireVersion;
  probe.case_count = header.case_count;
  probe.record_words = header.record_words;
  say(pipes.out[1], kvm::Say::results, at(0, sealed(probe)));
  std::uint64_t offset = image::kProbeSize;
  const std::size_t record_size = image::size_of_record(header.record_words);
  std::size_t next = sizeof(header);
  for (std::uint32_t n = 0; n < header.case_count; ++n, offset += record_size) {
    image::Case made{};
    std::memcpy(&made, blob.data() + next, sizeof(made));
    next += made.size;
    const bool bad = made.id == kBadCase;
    if (bad && mood == Mood::dies) _exit(3);
    if (bad && mood == Mood::hangs) pause();
    if (bad && mood == Mood::warns) say(pipes.out[1], kvm::Say::log, "WARNING: CPU: 0 PID: 1 at nested.c:1\n");
    image::Record record{};
    record.magic = image::kRecordMagic;
    record.sequence = n;
    record.id = made.id;
    record.end = image::End::exit;
    say(pipes.out[1], kvm::Say::results, at(offset, sealed(record, record_size - sizeof(record))));
  }
  image::Trailer trailer{};
  trailer.magic = image::kTrailerMagic;
  trailer.records = header.case_count;
  say(pipes.out[1], kvm::Say::results, at(offset, sealed(trailer)));
  say(pipes.out[1], kvm::Say::finished, "");
}

harness::Peer start(Mood mood) {
  Pipes pipes;
  if (pipe2(pipes.in.data(), O_CLOEXEC) != 0 || pipe2(pipes.out.data(), O_CLOEXEC) != 0) throw std::runtime_error("");
  harness::Peer peer;
  peer.pid = harness::fork_child();
  if (peer.pid == 0) {
    close(pipes.in[1]);
    if (mood == Mood::silent) _exit(7);
    say(pipes.out[1], kvm::Say::ready, "Linux 6.1.0");
    for (;;) {
      kvm::Order order{};
      const std::string sector = read_sectors(pipes.in[0], kvm::kSector);
      std::memcpy(&order, sector.data(), sizeof(order));
      answer(pipes, mood, order);
    }
  }
  close(pipes.in[0]);
  close(pipes.out[1]);
  peer.output = pipes.out[0];
  peer.give = [to = pipes.in[1]](const std::string& sectors) {
    EXPECT_EQ(write(to, sectors.data(), sectors.size()), static_cast<ssize_t>(sectors.size()));
  };
  return peer;
}

struct Fixture {
  explicit Fixture(Mood mood)
      : session({"kvm-test",
                 [this, mood] {
                   ++starts;
                   return start(mood);
                 },
                 "image", 0.3, 0.05, [](const std::string&) {}}) {
    for (std::uint64_t id = 0; id < 12; ++id) {
      harness::MadeCase made{};
      made.id = id;
      made.words.resize(id);
      job.cases.push_back(made);
    }
  }
  int starts = 0;
  Job job;
  harness::LauncherSession session;
};

std::vector<std::uint64_t> ids_of(const Results& results) {
  std::vector<std::uint64_t> ids;
  for (const harness::Recorded& record : results.records) ids.push_back(record.id);
  return ids;
}

constexpr std::array<std::uint64_t, 12> kAllIds = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

TEST(KvmSession, one_launcher_serves_several_jobs) {
  Fixture test(Mood::well);
  for (int n = 0; n < 3; ++n) {
    const Results results = test.session.run(test.job);
    EXPECT_EQ(ids_of(results), std::vector(kAllIds.begin(), kAllIds.end()));
    EXPECT_TRUE(results.why.empty());
  }
  EXPECT_EQ(test.starts, 1);
  EXPECT_EQ(test.session.kernel(), "Linux 6.1.0");
}

TEST(KvmSession, case_that_kills_the_launcher_is_named_and_the_others_are_run) {
  Fixture test(Mood::dies);
  const Results results = test.session.run(test.job);
  EXPECT_EQ(ids_of(results), std::vector(kAllIds.begin(), kAllIds.end()));
  ASSERT_EQ(results.why.size(), 1U);
  EXPECT_NE(results.why.at(kBadCase).find("exit code 3"), std::string::npos) << results.why.at(kBadCase);
}

TEST(KvmSession, case_that_the_kernel_warns_of_is_named_with_the_line) {
  Fixture test(Mood::warns);
  const Results results = test.session.run(test.job);
  EXPECT_EQ(ids_of(results), std::vector(kAllIds.begin(), kAllIds.end()));
  ASSERT_EQ(results.why.size(), 1U);
  EXPECT_NE(results.why.at(kBadCase).find("nested.c:1"), std::string::npos) << results.why.at(kBadCase);
  EXPECT_EQ(test.starts, 1);
}

TEST(KvmSession, case_that_never_ends_is_named) {
  Fixture test(Mood::hangs);
  const Results results = test.session.run(test.job);
  EXPECT_EQ(ids_of(results), std::vector(kAllIds.begin(), kAllIds.end()));
  ASSERT_TRUE(results.why.contains(kBadCase));
  EXPECT_NE(results.why.at(kBadCase).find("no output for"), std::string::npos);
}

TEST(KvmSession, launcher_that_does_not_come_up_is_an_error_of_the_surroundings) {
  Fixture test(Mood::silent);
  EXPECT_THROW(test.session.run(test.job), std::runtime_error);
}

}  // namespace
