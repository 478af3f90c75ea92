// The target `reference`: the emitted model, put through the same questions as everybody else.
#include <array>
#include <bit>

#include "ept_model.h"
#include "harness/adapters/adapter.h"
#include "harness/adapters/answer_members.h"

namespace harness {

namespace {

ept_configuration from_abi(const eptspec_configuration& from) {
  return {from.maxphyaddr,         from.capability,        from.pin_based_controls, from.primary_controls,
          from.secondary_controls, from.tertiary_controls, from.parameters};
}

std::uint32_t result_of(ept_kind kind) {
  switch (kind) {
    case EPT_NOT_PRESENT: return EPTSPEC_ENTRY_NOT_PRESENT;
    case EPT_MISCONFIGURED: return EPTSPEC_ENTRY_MISCONFIGURED;
    case EPT_TABLE: return EPTSPEC_ENTRY_TABLE;
    case EPT_PAGE: return EPTSPEC_ENTRY_PAGE;
  }
  return 0;
}

std::uint32_t result_of(ept_result result) {
  switch (result) {
    case EPT_TRANSLATED: return EPTSPEC_WALK_TRANSLATED;
    case EPT_SUB_PAGE_CHECK: return EPTSPEC_WALK_SUB_PAGE_CHECK;
    case EPT_VIOLATION: return EPTSPEC_WALK_VIOLATION;
    case EPT_MISCONFIGURATION: return EPTSPEC_WALK_MISCONFIGURATION;
  }
  return 0;
}

ept_word read(void* memory, ept_word address) {
  return eptspec_read(static_cast<const eptspec_case*>(memory), address);
}

void walk(const eptspec_case& asked, const ept_context& context, eptspec_answer& answer) {
  eptspec_case memory = asked;
  const ept_outcome outcome = ept_walk(&context, asked.guest_physical_address, asked.access, read, &memory);
  answer.result = result_of(outcome.result);
  answer.valid = EPTSPEC_VALID_WORDS;
  for (const AnswerMember& one : kAnswerMembers) put_value(answer, one, ept_outcome_get(&outcome, one.member));
  for (std::uint32_t n = 0; n < asked.word_count; ++n) {
    const ept_word level = ept_word{1} << (asked.level - n);
    answer.words[n] = asked.words[n].value;
    if ((outcome.accessed_must & level) != 0) answer.words[n] |= EPT_ENTRY_ACCESSED;
    if ((outcome.dirty_must & level) != 0) answer.words[n] |= EPT_ENTRY_DIRTY;
  }
}

// Cases often share configuration and EPTP, and preparing these costs more than a walk.
class Prepared {
 public:
  const ept_context& context(const eptspec_case& asked) {
    const ept_configuration configuration = from_abi(asked.configuration);
    if (!known_ || eptp_ != asked.eptp || !same(configuration)) ept_prepare(&configuration, asked.eptp, &context_);
    known_ = true;
    eptp_ = asked.eptp;
    configuration_ = configuration;
    return context_;
  }

 private:
  [[nodiscard]] bool same(const ept_configuration& other) const {
    using Words = std::array<ept_word, sizeof(ept_configuration) / sizeof(ept_word)>;
    return std::bit_cast<Words>(other) == std::bit_cast<Words>(configuration_);
  }

  bool known_ = false;
  ept_word eptp_ = 0;
  ept_configuration configuration_{};
  ept_context context_{};
};

eptspec_answer answer_to(const eptspec_case& asked, Prepared& prepared) {
  eptspec_answer answer{};
  answer.id = asked.id;
  answer.status = EPTSPEC_ANSWERED;
  if (asked.question == EPTSPEC_QUESTION_EPTP) {
    const ept_configuration configuration = from_abi(asked.configuration);
    const bool accepted = ept_check_eptp(&configuration, asked.eptp) == 0;
    answer.result = accepted ? EPTSPEC_EPTP_ACCEPTED : EPTSPEC_EPTP_REFUSED;
    return answer;
  }
  const ept_context& context = prepared.context(asked);
  if (asked.question == EPTSPEC_QUESTION_ENTRY) {
    answer.result = result_of(ept_classify(&context, static_cast<int>(asked.level), asked.words[0].value).kind);
  } else {
    walk(asked, context, answer);
  }
  return answer;
}

class Reference : public Adapter {
 public:
  Reference() {
    description_.name = "reference";
    description_.version = "ept_model.h";
    description_.questions = EPTSPEC_QUESTION_EPTP | EPTSPEC_QUESTION_ENTRY | EPTSPEC_QUESTION_WALK;
    description_.any_configuration = true;
  }

  [[nodiscard]] const Description& description() const override { return description_; }

  void run(std::span<const eptspec_case> cases, std::span<Observation> observed) override {
    for (std::size_t n = 0; n < cases.size(); ++n) observed[n] = {Fate::answered, answer_to(cases[n], prepared_), {}};
  }

 private:
  Description description_;
  Prepared prepared_;
};

}  // namespace

std::unique_ptr<Adapter> open_reference() { return std::make_unique<Reference>(); }

}  // namespace harness
