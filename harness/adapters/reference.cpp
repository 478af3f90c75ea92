// The target `reference`: the emitted model, put through the same questions as everybody else.
#include <bit>
#include <cstring>

#include "ept_controls.h"
#include "harness/adapters/abi_model.h"
#include "harness/adapters/adapter.h"
#include "harness/support/names.h"

namespace harness {

namespace {

ept_word read(void* memory, ept_word address) {
  return eptspec_read(static_cast<const eptspec_case*>(memory), address);
}

ept_outcome walk(const PutCase& asked, const ept_context& context) {
  eptspec_case memory = abi_case(asked);
  return ept_walk(&context, asked.guest_physical_address, asked.access, read, &memory);
}

ept_outcome check_sub_page(const PutCase& asked) {
  const ept_configuration configuration = ept_configuration_of(&asked.registers);
  eptspec_case memory = abi_case(asked);
  return ept_check_sub_page(&configuration, asked.registers.eptp, asked.registers.sub_page_table_pointer,
                            asked.guest_physical_address, asked.access, read, &memory);
}

void tell(const PutCase& asked, const ept_outcome& outcome, Answer& answer) {
  answer.result = abi_result(outcome.result);
  answer.valid = EPTSPEC_VALID_WORDS;
  for (const AnswerMember& one : kAnswerMembers) put_value(answer, one, ept_outcome_get(&outcome, one.member));
  answer.words.resize(asked.words.size());
  for (std::uint32_t n = 0; n < asked.words.size(); ++n) {
    const ept_word level = ept_word{1} << (asked.level - n);
    answer.words[n] = asked.words[n].value;
    if ((outcome.accessed_must & level) != 0) answer.words[n] |= EPT_ENTRY_ACCESSED;
    if ((outcome.dirty_must & level) != 0) answer.words[n] |= EPT_ENTRY_DIRTY;
  }
}

// Cases often share configuration and EPTP, and preparing these costs more than a walk.
class Prepared {
 public:
  const ept_context& context(const PutCase& asked) {
    if (!known_ || std::memcmp(&asked.registers, &registers_, sizeof registers_) != 0) {
      const ept_configuration configuration = ept_configuration_of(&asked.registers);
      ept_prepare(&configuration, asked.registers.eptp, &context_);
    }
    known_ = true;
    registers_ = asked.registers;
    return context_;
  }

 private:
  bool known_ = false;
  ept_registers registers_{};
  ept_context context_{};
};

// The one outcome that the check has, as a processor reports it.
void tell_check(const PutCase& asked, Answer& answer) {
  const ept_check_result found = ept_check(static_cast<ept_check_id>(asked.check), &asked.registers);
  answer.result = EPTSPEC_CHECK_ACCEPTED;
  for (const ept_check_outcome_name& one : ept_check_outcome_names) {
    if (one.check != asked.check || one.outcome != found.outcome || one.may) continue;
    if (one.vm_instruction_errors != 0) {
      answer.result = EPTSPEC_CHECK_VM_FAIL;
      answer.vm_instruction_error = static_cast<std::uint32_t>(std::countr_zero(one.vm_instruction_errors));
      answer.valid = EPTSPEC_VALID_VM_INSTRUCTION_ERROR;
    } else if (one.exception != EPT_NO_NUMBER) {
      answer.result = EPTSPEC_CHECK_EXCEPTION;
      answer.exception = one.exception;
    } else {
      answer.result = EPTSPEC_CHECK_VM_EXIT;
      answer.exit_reason = one.exit_reason;
    }
  }
}

Answer answer_to(const PutCase& asked, Prepared& prepared) {
  Answer answer{};
  answer.id = asked.id;
  answer.status = EPTSPEC_ANSWERED;
  if (asked.question == EPTSPEC_QUESTION_EPTP) {
    const ept_configuration configuration = ept_configuration_of(&asked.registers);
    const bool accepted = ept_check_eptp(&configuration, asked.registers.eptp) == 0;
    answer.result = accepted ? EPTSPEC_EPTP_ACCEPTED : EPTSPEC_EPTP_REFUSED;
    answer.valid = EPTSPEC_VALID_VM_INSTRUCTION_ERROR;
    if (!accepted)
      answer.vm_instruction_error = static_cast<std::uint32_t>(ept_saved_facts[EPT_SAVED_VM_INSTRUCTION_ERROR].value);
    return answer;
  }
  if (asked.question == EPTSPEC_QUESTION_CHECK) {
    tell_check(asked, answer);
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

  void run(std::span<const PutCase> cases, std::span<Observation> observed) override {
    for (std::size_t n = 0; n < cases.size(); ++n) observed[n] = {Fate::answered, answer_to(cases[n], prepared_), {}};
  }

 private:
  Description description_;
  Prepared prepared_;
};

}  // namespace

std::unique_ptr<Adapter> open_reference() { return std::make_unique<Reference>(); }

}  // namespace harness
