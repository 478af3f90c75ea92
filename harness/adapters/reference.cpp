// The target `reference`: the emitted model, put through the same questions as everybody else.
#include <cstring>

#include "harness/adapters/abi_model.h"
#include "harness/adapters/adapter.h"
#include "harness/support/names.h"

namespace harness {

namespace {

ept_word read(void* memory, ept_word address) {
  return eptspec_read(static_cast<const eptspec_case*>(memory), address);
}

ept_outcome walk(const eptspec_case& asked, const ept_context& context) {
  eptspec_case memory = asked;
  return ept_walk(&context, asked.guest_physical_address, asked.access, read, &memory);
}

ept_outcome check_sub_page(const eptspec_case& asked) {
  const ept_configuration configuration = to_model(asked.configuration);
  eptspec_case memory = asked;
  return ept_check_sub_page(&configuration, asked.eptp, asked.sub_page_table_pointer, asked.guest_physical_address,
                            asked.access, read, &memory);
}

void tell(const eptspec_case& asked, const ept_outcome& outcome, eptspec_answer& answer) {
  answer.result = abi_result(outcome.result);
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
    const ept_configuration configuration = to_model(asked.configuration);
    const bool same = std::memcmp(&configuration, &configuration_, sizeof configuration) == 0;
    if (!known_ || eptp_ != asked.eptp || !same) ept_prepare(&configuration, asked.eptp, &context_);
    known_ = true;
    eptp_ = asked.eptp;
    configuration_ = configuration;
    return context_;
  }

 private:
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
    const ept_configuration configuration = to_model(asked.configuration);
    const bool accepted = ept_check_eptp(&configuration, asked.eptp) == 0;
    answer.result = accepted ? EPTSPEC_EPTP_ACCEPTED : EPTSPEC_EPTP_REFUSED;
    answer.valid = EPTSPEC_VALID_VM_INSTRUCTION_ERROR;
    if (!accepted)
      answer.vm_instruction_error = static_cast<std::uint32_t>(ept_saved_facts[EPT_SAVED_VM_INSTRUCTION_ERROR].value);
    return answer;
  }
  if (asked.question == EPTSPEC_QUESTION_SUB_PAGE) {
    tell(asked, check_sub_page(asked), answer);
    return answer;
  }
  const ept_context& context = prepared.context(asked);
  if (asked.question == EPTSPEC_QUESTION_ENTRY) {
    answer.result = abi_result(ept_classify(&context, static_cast<int>(asked.level), asked.words[0].value).kind);
  } else {
    tell(asked, walk(asked, context), answer);
  }
  return answer;
}

class Reference : public Adapter {
 public:
  Reference() {
    description_.name = "reference";
    description_.version = "ept_model.h";
    description_.questions = kAllQuestions;
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
