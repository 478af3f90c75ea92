/* An adapter that declines everything at once: what is left is the harness's own time. */
#include "harness/abi/eptspec_adapter.h"

static void run(const struct eptspec_case* cases, struct eptspec_answer* answers, size_t count) {
  for (size_t n = 0; n < count; ++n) {
    answers[n].id = cases[n].id;
    answers[n].status = EPTSPEC_DECLINED;
  }
}

int eptspec_describe(struct eptspec_adapter* adapter) {
  adapter->abi_version = EPTSPEC_ABI_VERSION;
  adapter->name = "silent";
  adapter->version = "1";
  adapter->questions = EPTSPEC_QUESTION_EPTP | EPTSPEC_QUESTION_ENTRY | EPTSPEC_QUESTION_WALK;
  adapter->flags = EPTSPEC_ANY_CONFIGURATION;
  adapter->run = run;
  return 0;
}
