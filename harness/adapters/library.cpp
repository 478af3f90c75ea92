// The target `lib:PATH`: an adapter library, in a forked process on shared memory, which knows nothing about the
// meaning of cases.
#include <dlfcn.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <mutex>
#include <numeric>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/adapters/pin.h"
#include "harness/support/names.h"
#include "harness/support/process.h"

namespace harness {

namespace {

// What the worker and its owner share: mapped before the fork, so at the same address in both. Behind it are the cases,
// their answers, the words of all cases and those of all answers.
struct SharedBatch {
  std::array<char, 256> message;  // from the worker: why it cannot serve
  std::array<char, 128> name;
  std::array<char, 64> version;
  eptspec_adapter adapter;  // its pointers mean something in the worker only
  std::size_t count;

  eptspec_case* cases() { return reinterpret_cast<eptspec_case*>(this + 1); }
  eptspec_answer* answers(std::size_t of) { return reinterpret_cast<eptspec_answer*>(cases() + of); }
  eptspec_word* words(std::size_t of) { return reinterpret_cast<eptspec_word*>(answers(of) + of); }
};
static_assert(sizeof(SharedBatch) % 8 == 0 && sizeof(eptspec_case) % 8 == 0 && sizeof(eptspec_answer) % 8 == 0);

constexpr std::size_t size_of_batch(std::size_t cases, std::size_t words) {
  return sizeof(SharedBatch) + cases * (sizeof(eptspec_case) + sizeof(eptspec_answer)) +
         words * (sizeof(eptspec_word) + sizeof(std::uint64_t));
}

std::size_t words_in(std::span<const PutCase> cases) {
  return std::accumulate(cases.begin(), cases.end(), std::size_t{0},
                         [](std::size_t sum, const PutCase& one) { return sum + one.words.size(); });
}

constexpr std::size_t kUsualWords = 8;  // of a case

constexpr char kReady = 'r';
constexpr char kRefuses = 'x';

constexpr std::uint32_t kFlags = EPTSPEC_ANY_CONFIGURATION;

using Entry = int (*)(eptspec_adapter*);

template <std::size_t Size>
void copy_text(std::array<char, Size>& to, const char* from) {
  std::strncpy(to.data(), from == nullptr ? "" : from, Size - 1);
}

// In the worker: loads the library. Answers in `shared`, since exceptions and streams have no place between processes.
bool load(const char* path, SharedBatch& shared) {
  void* const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    copy_text(shared.message, dlerror());
    return false;
  }
  const auto entry = reinterpret_cast<Entry>(dlsym(library, "eptspec_describe"));
  if (entry == nullptr) {
    copy_text(shared.message, "it exports no function eptspec_describe");
    return false;
  }
  std::memset(&shared.adapter, 0, sizeof shared.adapter);
  if (entry(&shared.adapter) != 0) {
    copy_text(shared.message, "eptspec_describe() reports that it cannot be used");
  } else if (shared.adapter.abi_version != EPTSPEC_ABI_VERSION) {
    copy_text(shared.message, "it was built with another version of eptspec_adapter.h");
  } else if (shared.adapter.run == nullptr) {
    copy_text(shared.message, "it has no function run");
  } else if (shared.adapter.name == nullptr || *shared.adapter.name == '\0') {
    copy_text(shared.message, "it has no name");
  } else if ((shared.adapter.questions & ~kAllQuestions) != 0 || (shared.adapter.flags & ~kFlags) != 0) {
    copy_text(shared.message, "it has unknown bits in questions or flags");
  } else {
    copy_text(shared.name, shared.adapter.name);
    copy_text(shared.version, shared.adapter.version);
    return true;
  }
  return false;
}

// The worker's life. One byte in for each batch, one byte out when it is done.
// noexcept: an exception of the library ends the worker instead of going on as a second runner.
[[noreturn]] void serve(const char* path, SharedBatch& shared, int in, int out) noexcept {
  const bool loaded = load(path, shared);
  const char greeting = loaded ? kReady : kRefuses;
  if (write(out, &greeting, 1) != 1 || !loaded) _exit(1);
  // A library that overwrites the shared memory must not choose what is called next.
  const auto run_batch = shared.adapter.run;
  char byte = 0;
  while (read(in, &byte, 1) == 1) {
    run_batch(shared.cases(), shared.answers(shared.count), shared.count);
    if (write(out, &kReady, 1) != 1) break;
  }
  _exit(0);
}

class Library : public Adapter {
 public:
  Library(std::string path, const AdapterOptions& options)
      : path_(std::move(path)), batch_(options.batch), timeout_seconds_(options.timeout_seconds) {
    // dlopen looks for a bare name in the system's directories, which is not what a file name means.
    if (path_.find('/') == std::string::npos) path_ = "./" + path_;
    map(size_of_batch(batch_, batch_ * kUsualWords));
    try {
      start();
    } catch (const Failure& failure) {
      stop();
      throw std::runtime_error(fmt::format("lib:{}: {}", path_, failure.what()));
    }
    describe(shared_->adapter);
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() override { stop(); }

  [[nodiscard]] const Description& description() const override { return description_; }

  void run(std::span<const PutCase> cases, std::span<Observation> observed) override {
    for (std::size_t at = 0; at < cases.size(); at += batch_) {
      const std::size_t count = std::min(batch_, cases.size() - at);
      run_pinned([this](auto some) { return exchange(some); }, cases.subspan(at, count), observed.subspan(at, count),
                 hangs_);
    }
  }

 private:
  // A worker that runs does not know the memory.
  void map(std::size_t size) {
    void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error(fmt::format("no shared memory: {}", std::strerror(errno)));
    shared_.reset(static_cast<SharedBatch*>(memory), [size](SharedBatch* mapped) { munmap(mapped, size); });
    size_ = size;
  }

  void stop() {
    kill_group(pid_);
    close_if_open(to_worker_);
    close_if_open(from_worker_);
  }

  // Afterwards the worker runs and has described itself. Throws Failure, as await does.
  void start() {
    spawn();
    await(std::max(timeout_seconds_, 10.0));
  }

  void spawn() {
    // Between pipe and close nobody else may fork: a copy of the ends in another worker would hide the end of this one.
    const std::lock_guard<std::mutex> lock(spawn_mutex());
    const Pipe in = make_pipe();
    const Pipe out = make_pipe();
    shared_->message.front() = '\0';
    pid_ = fork_child();
    if (pid_ == 0) {
      dup2(STDERR_FILENO, STDOUT_FILENO);  // what the library prints is no part of the report
      close(in.write);
      close(out.read);
      serve(path_.c_str(), *shared_, in.read, out.write);
    }
    close(in.read);
    close(out.write);
    to_worker_ = in.write;
    from_worker_ = out.read;
  }

  // Waits for the worker's byte.
  void await(double seconds) {
    pollfd wait{from_worker_, POLLIN, 0};
    int ready = 0;
    do {
      ready = poll(&wait, 1, static_cast<int>(std::ceil(seconds * 1000)));
    } while (ready < 0 && errno == EINTR);
    if (ready == 0) throw Failure(Fate::hang, fmt::format("no answer within {} s", seconds));
    char byte = 0;
    if (read(from_worker_, &byte, 1) != 1) throw end_of_worker();
    if (byte == kReady) return;
    throw Failure(Fate::garbage, byte == kRefuses ? shared_->message.data() : "the worker sent an unknown message");
  }

  Failure end_of_worker() { return {Fate::crash, "the worker " + end_of(pid_, "the pipe to the runner")}; }

  void describe(const eptspec_adapter& from) {
    description_.name = one_line(shared_->name.data());
    description_.version = one_line(shared_->version.data());
    description_.questions = from.questions;
    description_.any_configuration = (from.flags & EPTSPEC_ANY_CONFIGURATION) != 0;
    description_.configuration = from.configuration;
    description_.optional_controls = from.optional;
  }

  // Cases, and answers that are 0. A batch that needs more memory than any before it costs a new worker.
  void put(std::span<const PutCase> cases) {
    const std::size_t size = size_of_batch(cases.size(), words_in(cases));
    if (size > size_) {
      stop();
      map(size);
    }
    shared_->count = cases.size();
    eptspec_answer* const answers = shared_->answers(cases.size());
    eptspec_word* word = shared_->words(cases.size());
    std::memset(answers, 0, size - sizeof(SharedBatch) - cases.size() * sizeof(eptspec_case));
    for (std::size_t n = 0; n < cases.size(); ++n) {
      eptspec_case& one = shared_->cases()[n];
      one = abi_case(cases[n]);
      one.words = word;
      word = std::copy(cases[n].words.begin(), cases[n].words.end(), word);
    }
    auto* after = reinterpret_cast<std::uint64_t*>(word);
    for (std::size_t n = 0; n < cases.size(); ++n) {
      answers[n].words = after;
      after += cases[n].words.size();
    }
  }

  // Copies, since a library that is not honest may still change what it answered. Its pointers are followed nowhere.
  void take(std::span<const PutCase> cases) {
    answers_.resize(cases.size());
    const auto* after = reinterpret_cast<const std::uint64_t*>(shared_->words(cases.size()) + words_in(cases));
    for (std::size_t n = 0; n < cases.size(); ++n) {
      Answer& answer = answers_[n];
      static_cast<eptspec_answer&>(answer) = shared_->answers(cases.size())[n];
      const std::size_t count = cases[n].words.size();
      const bool has = (answer.valid & EPTSPEC_VALID_WORDS) != 0 && answer.eptspec_answer::words == after;
      answer.words.assign(after, after + (has ? count : 0));
      after += count;
    }
  }

  // Also of a batch that ends badly the answers tell where.
  Exchanged exchange(std::span<const PutCase> cases) {
    Exchanged exchanged;
    put(cases);
    try {
      if (pid_ < 0) start();
      if (write(to_worker_, &kReady, 1) != 1) throw end_of_worker();
      await(timeout_seconds_);
    } catch (const Failure& failure) {
      stop();
      exchanged = {failure.fate, failure.what(), std::chrono::duration<double>(timeout_seconds_)};
    }
    take(cases);
    exchanged.answers = answers_;
    return exchanged;
  }

  std::string path_;
  std::size_t batch_;
  double timeout_seconds_;
  std::shared_ptr<SharedBatch> shared_;
  std::size_t size_ = 0;  // of what is mapped
  pid_t pid_ = -1;
  int to_worker_ = -1;
  int from_worker_ = -1;
  Description description_;
  unsigned hangs_ = 0;
  std::vector<Answer> answers_;
};

}  // namespace

std::unique_ptr<Adapter> open_library(const std::string& path, const AdapterOptions& options) {
  return std::make_unique<Library>(path, options);
}

}  // namespace harness
