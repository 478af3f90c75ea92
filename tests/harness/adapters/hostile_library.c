/* A library for lib: that answers every question about an EPTP with "accepted", until the case with id 7: there it does
 * what EPTSPEC_TEST_BEHAVIOUR names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/abi/eptspec_adapter.h"

static const char* behaviour = "";

static int does(const char* what) { return strcmp(behaviour, what) == 0; }

static void misbehave(struct eptspec_answer* answer, size_t count) {
  if (does("crash")) abort();
  if (does("exit")) exit(3);
  if (does("hang")) pause();
  if (does("close_and_stay")) {
    for (int fd = 3; fd < 100; ++fd) close(fd);
    pause();
  }
  if (does("crash_in_batch") && count > 1) {
    memset(answer, 0, sizeof *answer); /* it crashes before it has answered */
    abort();
  }
  if (does("no_answer")) memset(answer, 0, sizeof *answer);
  if (does("wrong_id")) answer->id = 4711;
  if (does("unknown_status")) answer->status = 99;
  if (does("unknown_result")) answer->result = 99;
  if (does("result_of_other_question")) answer->result = EPTSPEC_WALK_TRANSLATED;
  if (does("no_result")) answer->result = 0;
  if (does("unknown_valid_bit")) answer->valid = EPTSPEC_VALID_ALL + 1U;
  static int asked_before = 0;
  if (does("flaky") && !asked_before++) answer->result = EPTSPEC_EPTP_REFUSED;
  if (does("lie")) answer->result = EPTSPEC_EPTP_REFUSED;
  if (does("decline")) {
    answer->status = EPTSPEC_DECLINED;
    strcpy(answer->reason, "not today");
  }
  if (does("not_applicable")) {
    answer->status = EPTSPEC_NOT_APPLICABLE;
    strcpy(answer->reason, "no user shadow stacks: this processor has no control-flow enforcement (CPUID.07H:ECX.7)");
  }
  if (does("endless_reason")) {
    answer->status = EPTSPEC_DECLINED;
    memset(answer->reason, 'x', sizeof answer->reason);
  }
  static uint64_t own_words[8];
  if (does("own_words")) answer->words = own_words;
  if (does("no_words")) answer->words = NULL;
  if (does("wild_words") || does("wild_words_unused")) answer->words = (uint64_t*)8;
  if (does("own_words") || does("no_words") || does("wild_words")) answer->valid = EPTSPEC_VALID_WORDS;
  if (does("chatter")) puts("this is no part of the report");
}

static void run(const struct eptspec_case* cases, struct eptspec_answer* answers, size_t count) {
  for (size_t n = 0; n < count; ++n) {
    answers[n].id = cases[n].id;
    answers[n].status = EPTSPEC_ANSWERED;
    answers[n].result = EPTSPEC_EPTP_ACCEPTED;
    if (does("hang_always")) pause();
    if (does("invert_words")) {
      answers[n].valid = EPTSPEC_VALID_WORDS;
      for (uint32_t k = 0; k < cases[n].word_count; ++k) answers[n].words[k] |= ~cases[n].words[k].value;
    }
    if (cases[n].id == 7) misbehave(&answers[n], count);
  }
}

int eptspec_describe(struct eptspec_adapter* adapter) {
  if (getenv("EPTSPEC_TEST_BEHAVIOUR")) behaviour = getenv("EPTSPEC_TEST_BEHAVIOUR");
  if (does("crash_at_once")) abort();
  if (does("refuses")) return 1;
  adapter->abi_version = does("other_abi") ? EPTSPEC_ABI_VERSION + 1 : EPTSPEC_ABI_VERSION;
  adapter->name = does("nameless") ? NULL : does("coloured") ? "\033[31mhostile" : "hostile";
  adapter->version = "1";
  adapter->questions = does("unknown_question") ? 0x80 : EPTSPEC_QUESTION_EPTP;
  adapter->flags = EPTSPEC_ANY_CONFIGURATION;
  adapter->run = run;
  return 0;
}
