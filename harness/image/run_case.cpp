#include "harness/image/run_case.h"

#include "harness/image/check.h"
#include "harness/image/support.h"
#include "harness/image/traps.h"
#include "harness/image/walk.h"

namespace image {

namespace {

struct Run {
  const Probe* probe;
  const Case* asked;
  Record* record;
};

void attempt(void* argument) {
  const Run& run = *static_cast<const Run*>(argument);
  if (is_check(run.asked->act)) return run_check(*run.probe, *run.asked, *run.record);
  run_walk(*run.probe, *run.asked, *run.record);
}

}  // namespace

void run_case(const Probe& probe, const Case& asked, Record& record) {
  Run run{&probe, &asked, &record};
  const bool trapped = guarded(attempt, &run) != 0;
  if (trapped) {
    record.end = End::trap;
    record.interruption = static_cast<uint32_t>(last_trap.vector);
    record.error_code = static_cast<uint32_t>(last_trap.error_code);
    record.rip = last_trap.rip;
    record.qualification = last_trap.cr2;
  }
  if (is_check(asked.act)) {
    finish_check(probe);
  } else if (trapped) {
    note_memory(asked, record);
  }
}

}  // namespace image
