/*
 * An adapter in C around the reference model, as an example: a library for "eptspec run lib:". Put your own walker in
 * the place of ept_check_eptp, ept_classify, ept_walk and ept_check_sub_page.
 *   cc -shared -fPIC -O2 -I harness/abi -I tests/golden -o /tmp/model.so harness/examples/model.c
 */
#include "ept_model.h"
#include "eptspec_adapter.h"

static ept_word read_word(void* memory, ept_word address) { return eptspec_read(memory, address); }

static void tell(struct ept_outcome outcome, struct eptspec_answer* answer) {
  answer->result = EPTSPEC_WALK_TRANSLATED + (uint32_t)outcome.result; /* the same order */
  answer->valid = EPTSPEC_VALID_LEVEL | EPTSPEC_VALID_HOST_PHYSICAL_ADDRESS | EPTSPEC_VALID_QUALIFICATION |
                  EPTSPEC_VALID_GUEST_PHYSICAL_ADDRESS | EPTSPEC_VALID_SUB_PAGE_QUALIFICATION;
  answer->level = (uint32_t)outcome.level;
  answer->host_physical_address = outcome.host_physical_address;
  answer->qualification = outcome.qualification;
  answer->guest_physical_address = outcome.guest_physical_address;
  answer->sub_page_qualification = outcome.sub_page_qualification;
}

static void answer_one(const struct eptspec_case* asked, struct eptspec_answer* answer) {
  const struct ept_registers* with = &asked->registers;
  const struct ept_configuration has = {with->maxphyaddr,       with->capability,         with->pin_based_controls,
                                        with->primary_controls, with->secondary_controls, with->tertiary_controls,
                                        with->parameters};
  const ept_word gpa = asked->guest_physical_address;
  struct ept_context context;
  ept_prepare(&has, with->eptp, &context);
  answer->id = asked->id;
  answer->status = EPTSPEC_ANSWERED;
  if (asked->question == EPTSPEC_QUESTION_EPTP) {
    const int refused = ept_check_eptp(&has, with->eptp) != 0;
    answer->result = refused ? EPTSPEC_EPTP_REFUSED : EPTSPEC_EPTP_ACCEPTED;
    answer->valid = EPTSPEC_VALID_VM_INSTRUCTION_ERROR;
    answer->vm_instruction_error = refused ? 7 : 0;
  } else if (asked->question == EPTSPEC_QUESTION_ENTRY) {
    const enum ept_kind kind = ept_classify(&context, (int)asked->level, asked->words[0].value).kind;
    answer->result = EPTSPEC_ENTRY_NOT_PRESENT + (uint32_t)kind; /* the same order */
  } else if (asked->question == EPTSPEC_QUESTION_WALK) {
    tell(ept_walk(&context, gpa, asked->access, read_word, (void*)asked), answer);
  } else {
    const ept_word root = with->sub_page_table_pointer;
    tell(ept_check_sub_page(&has, with->eptp, root, gpa, asked->access, read_word, (void*)asked), answer);
  }
}

static void run(const struct eptspec_case* cases, struct eptspec_answer* answers, size_t count) {
  for (size_t n = 0; n < count; ++n) answer_one(&cases[n], &answers[n]);
}

int eptspec_describe(struct eptspec_adapter* adapter) {
  adapter->abi_version = EPTSPEC_ABI_VERSION;
  adapter->name = "ept_model.h";
  adapter->version = "1";
  adapter->questions = EPTSPEC_QUESTION_ALL & ~EPTSPEC_QUESTION_CHECK;
  adapter->flags = EPTSPEC_ANY_CONFIGURATION;
  adapter->run = run;
  return 0;
}
