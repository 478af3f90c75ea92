// The target `exec:COMMAND`: a program that speaks the line protocol.
#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "harness/adapters/abi_model.h"
#include "harness/adapters/channel.h"
#include "harness/adapters/protocol.h"

namespace harness {

namespace {

using Clock = Channel::Clock;

using Words = std::array<std::uint64_t, sizeof(ept_registers) / sizeof(std::uint64_t)>;

// What of a case is told before it: of a check the processor alone, the rest is told with the case.
ept_registers configuration_of(const PutCase& asked) {
  ept_registers configuration = asked.registers;
  for (int n = 0; n < EPT_REGISTERS; ++n) {
    const ept_register_role role = ept_register_names[n].role;
    const bool of_case = role == EPT_ROLE_FIELD || role == EPT_ROLE_OPERAND ||
                         (role == EPT_ROLE_CONTROL && asked.question == EPTSPEC_QUESTION_CHECK);
    if (of_case) *ept_register_word(&configuration, n) = 0;
  }
  return configuration;
}

Words words_of(const ept_registers& configuration) { return std::bit_cast<Words>(configuration); }
Words words_of(const PutCase& asked) { return words_of(configuration_of(asked)); }

class Command : public Adapter {
 public:
  Command(std::string command, AdapterOptions options) : command_(std::move(command)), options_(std::move(options)) {
    try {
      greet();
    } catch (const Failure& failure) {
      throw std::runtime_error(fmt::format("exec:{}: {}", command_, failure.what()));
    }
  }
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  ~Command() override {
    if (!channel_.running()) return;
    channel_.say(bye_line());
    // It may still say something; it is given a moment to leave, then it is ended.
    try {
      for (;;) channel_.line(Clock::now() + std::chrono::milliseconds(200));
    } catch (const Failure&) {
    }
  }

  [[nodiscard]] const Description& description() const override { return description_; }

  // Each configuration costs the adapter a line and an answer, so cases are put by configuration.
  void run(std::span<const PutCase> cases, std::span<Observation> observed) override {
    std::vector<std::size_t> order(cases.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return words_of(cases[a]) < words_of(cases[b]); });
    for (std::size_t at = 0; at < order.size();) {
      std::vector<PutCase> batch;
      while (batch.size() < options_.batch && at + batch.size() < order.size()) {
        const PutCase& next = cases[order[at + batch.size()]];
        if (!batch.empty() && words_of(next) != words_of(batch[0])) break;
        batch.push_back(next);
      }
      std::vector<Observation> of_batch(batch.size());
      run_pinned([this](auto some) { return exchange(some); }, batch, of_batch, hangs_);
      for (Observation& one : of_batch) observed[order[at++]] = std::move(one);
    }
  }

 private:
  static Clock::time_point deadline(double seconds) {
    return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }

  // This and what asks throw Failure.
  void greet() {
    channel_.start(command_);
    configured_.reset();
    channel_.say(hello_line());
    description_ = reader_.read_hello(channel_.line(deadline(std::max(options_.timeout_seconds, 10.0))));
  }

  void configure(const ept_registers& configuration, Clock::time_point until) {
    if (configured_ && words_of(configuration_) == words_of(configuration)) return;
    channel_.say(configure_line(configuration));
    configured_ = reader_.read_configured(channel_.line(until));
    configuration_ = configuration;
  }

  // Cases of one configuration.
  void ask(std::span<const PutCase> cases) {
    const Clock::time_point until = deadline(options_.timeout_seconds);
    configure(configuration_of(cases[0]), until);
    answers_.resize(cases.size());
    if (configured_->status == EPTSPEC_ANSWERED) {
      channel_.say(run_line(++run_, cases));
      for (std::size_t taken = 0; taken < cases.size();) {
        taken += reader_.read(channel_.line(until), run_, cases, answers_);
      }
    } else {
      std::transform(cases.begin(), cases.end(), answers_.begin(),
                     [&](const PutCase& one) { return unanswered(one, configured_->status, configured_->reason); });
    }
  }

  Exchanged exchange(std::span<const PutCase> cases) {
    answers_.clear();
    try {
      if (!channel_.running()) greet();
      ask(cases);
      return {Fate::answered, {}, {}, answers_};
    } catch (const Failure& failure) {
      channel_.stop();  // what it says after garbage cannot be trusted, so it is started anew
      return {failure.fate, failure.what(), std::chrono::duration<double>(options_.timeout_seconds), answers_};
    }
  }

  std::string command_;
  AdapterOptions options_;
  Channel channel_;
  Description description_;
  std::optional<Configured> configured_;  // what it said to configuration_
  ept_registers configuration_{};
  std::uint64_t run_ = 0;
  unsigned hangs_ = 0;
  AnswerReader reader_;
  std::vector<Answer> answers_;
};

}  // namespace

std::unique_ptr<Adapter> open_command(const std::string& command, const AdapterOptions& options) {
  return std::make_unique<Command>(command, options);
}

}  // namespace harness
