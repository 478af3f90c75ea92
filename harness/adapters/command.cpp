// The target `exec:COMMAND`: a program that speaks the line protocol.
#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "harness/adapters/channel.h"
#include "harness/adapters/protocol.h"

namespace harness {

namespace {

using Clock = Channel::Clock;

auto words_of(const eptspec_configuration& configuration) {
  using Words = std::array<std::uint64_t, sizeof(eptspec_configuration) / sizeof(std::uint64_t)>;
  return std::bit_cast<Words>(configuration);
}

void leave_out(const eptspec_case& asked, const Configured& why, eptspec_answer& answer) {
  answer.id = asked.id;
  answer.status = why.status;
  why.reason.copy(answer.reason, EPTSPEC_REASON_SIZE - 1);
}

class Command : public Adapter {
 public:
  Command(std::string command, AdapterOptions options)
      : command_(std::move(command)),
        options_(std::move(options)),
        exchange_([this](auto cases) { return exchange(cases); }) {
    const Exchanged greeted = greet();
    if (greeted.fate != Fate::answered) {
      throw std::runtime_error(fmt::format("exec:{}: {}", command_, greeted.detail));
    }
  }
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  ~Command() override {
    if (!channel_.running()) return;
    channel_.say(bye_line());
    Exchanged ended;
    // It may still say something; it is given a moment to leave, then it is ended.
    while (channel_.line(Clock::now() + std::chrono::milliseconds(200), ended)) {
    }
  }

  [[nodiscard]] const Description& description() const override { return description_; }

  // Each configuration costs the adapter a line and an answer, so cases are put by configuration.
  void run(std::span<const eptspec_case> cases, std::span<Observation> observed) override {
    std::vector<std::size_t> order(cases.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return words_of(cases[a].configuration) < words_of(cases[b].configuration);
    });
    for (std::size_t at = 0; at < order.size();) {
      std::vector<eptspec_case> batch;
      while (batch.size() < options_.batch && at + batch.size() < order.size()) {
        const eptspec_case& next = cases[order[at + batch.size()]];
        if (!batch.empty() && words_of(next.configuration) != words_of(batch[0].configuration)) break;
        batch.push_back(next);
      }
      std::vector<Observation> of_batch(batch.size());
      run_pinned(exchange_, batch, of_batch, hangs_);
      for (Observation& one : of_batch) observed[order[at++]] = std::move(one);
    }
  }

 private:
  Exchanged greet() {
    channel_.start(command_);
    configured_.reset();
    channel_.say(hello_line());
    Exchanged ended;
    const auto line = channel_.line(deadline(std::max(options_.timeout_seconds, 10.0)), ended);
    if (!line) return with_last_words(ended);
    Hello hello = reader_.read_hello(*line);
    if (!hello.mistake.empty()) return garbage(hello.mistake);
    description_ = std::move(hello.description);
    return {};
  }

  Exchanged configure(const eptspec_configuration& configuration, Clock::time_point until) {
    channel_.say(configure_line(configuration));
    Exchanged ended;
    const auto line = channel_.line(until, ended);
    if (!line) return with_last_words(ended);
    Configured answer = reader_.read_configured(*line);
    if (!answer.mistake.empty()) return garbage(answer.mistake);
    configured_ = std::move(answer);
    configuration_ = configuration;
    return {};
  }

  // Cases of one configuration.
  Exchanged exchange(std::span<const eptspec_case> cases) {
    if (!channel_.running()) {
      Exchanged greeted = greet();
      if (greeted.fate != Fate::answered) return greeted;
    }
    const Clock::time_point until = deadline(options_.timeout_seconds);
    if (!configured_ || words_of(configuration_) != words_of(cases[0].configuration)) {
      Exchanged configured = configure(cases[0].configuration, until);
      if (configured.fate != Fate::answered) return configured;
    }
    answers_.assign(cases.size(), {});
    Exchanged collected;
    if (configured_->status == EPTSPEC_ANSWERED) {
      channel_.say(run_line(++run_, cases));
      collected = collect(cases, until);
    } else {
      for (std::size_t n = 0; n < cases.size(); ++n) leave_out(cases[n], *configured_, answers_[n]);
    }
    collected.answers = answers_;
    return collected;
  }

  Exchanged collect(std::span<const eptspec_case> cases, Clock::time_point until) {
    std::size_t missing = cases.size();
    while (missing != 0) {
      Exchanged ended;
      const auto line = channel_.line(until, ended);
      if (!line) return with_last_words(ended);
      const Taken taken = reader_.read(*line, run_, cases, answers_);
      if (!taken.mistake.empty()) return garbage(taken.mistake);
      missing -= taken.taken;
    }
    return {};
  }

  static Clock::time_point deadline(double seconds) {
    return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }

  // What it says after garbage cannot be trusted, so it is started anew.
  Exchanged garbage(const std::string& mistake) {
    channel_.stop();
    return {Fate::garbage, mistake, {}, {}};
  }

  [[nodiscard]] Exchanged with_last_words(Exchanged ended) const {
    ended.after = std::chrono::duration<double>(options_.timeout_seconds);
    if (const std::string words = channel_.last_words(); !words.empty()) ended.detail += "; it said: " + words;
    return ended;
  }

  std::string command_;
  AdapterOptions options_;
  Channel channel_;
  Description description_;
  std::optional<Configured> configured_;  // what it said to configuration_
  eptspec_configuration configuration_{};
  std::uint64_t run_ = 0;
  unsigned hangs_ = 0;
  AnswerReader reader_;
  std::vector<eptspec_answer> answers_;
  Exchange exchange_;
};

}  // namespace

std::unique_ptr<Adapter> open_command(const std::string& command, const AdapterOptions& options) {
  return std::make_unique<Command>(command, options);
}

}  // namespace harness
