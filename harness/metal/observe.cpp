#include <algorithm>

#include <fmt/format.h>

#include "harness/adapters/abi_model.h"
#include "harness/metal/check.h"
#include "harness/metal/plan.h"
#include "harness/support/names.h"

namespace harness {

namespace {

Observation answered(const PutCase& asked, std::uint32_t result) {
  Observation observation{Fate::answered, {}, {}};
  observation.answer.id = asked.id;
  observation.answer.status = EPTSPEC_ANSWERED;
  observation.answer.result = result;
  return observation;
}

Observation failed(Fate fate, std::string detail) { return {fate, {}, std::move(detail)}; }

constexpr std::uint32_t kVirtualization = 20;
// VM-instruction errors of the checks before a VM entry loads the guest: those of controls, and those of the host
// state.
constexpr std::uint32_t kVmControlsInvalid = 7;
constexpr std::uint32_t kHostStateInvalid = 8;

// What no case should end with.
Observation strange(const Recorded& record) {
  switch (record.end) {
    case image::End::exit:
    case image::End::completed: break;
    case image::End::entry_failure:
      return failed(Fate::crash, fmt::format("VM entry failed, exit reason {}", record.reason & 0xffff));
    case image::End::vm_fail: return failed(Fate::crash, fmt::format("VMfail, error {}", record.reason));
    case image::End::trap:
      return failed(Fate::crash, fmt::format("exception {} in the image at {:#x}", record.interruption, record.rip));
    case image::End::unsupported: return failed(Fate::crash, "the processor lacks a control of the case");
    case image::End::begun: return failed(Fate::crash, "the run ended here or shortly after");
    case image::End::reset: return failed(Fate::crash, "the machine did not come back");
  }
  if (record.reason == image::kReasonTimer || record.reason == image::kReasonInterrupt)
    return failed(Fate::hang, "the guest did not end");
  if (record.reason == image::kReasonTripleFault) return failed(Fate::crash, "triple fault of the guest");
  if (record.reason == image::kReasonException) {
    return failed(Fate::crash, fmt::format("exception {} in the guest, CR2 or qualification {:#x}",
                                           record.interruption & 0xff, record.qualification));
  }
  return failed(Fate::garbage, fmt::format("VM exit {}, qualification {:#x}, access {}", record.reason,
                                           record.qualification, record.done != 0 ? "done" : "not done"));
}

Observation observed_eptp(const PutCase& asked, const Recorded& record) {
  if (record.end == image::End::exit && record.reason == image::kReasonInterruptWindow) {
    return answered(asked, EPTSPEC_EPTP_ACCEPTED);
  }
  const bool checked = record.reason == kVmControlsInvalid || record.reason == kHostStateInvalid;
  if (record.end != image::End::vm_fail || !checked) return strange(record);
  Observation observation = answered(asked, EPTSPEC_EPTP_REFUSED);
  observation.answer.valid = EPTSPEC_VALID_VM_INSTRUCTION_ERROR;
  observation.answer.vm_instruction_error = record.reason;
  return observation;
}

bool is_virtualization_exception(const Recorded& record) {
  return record.reason == image::kReasonException &&
         (record.interruption & 0x800000ffU) == (0x80000000U | kVirtualization);
}

// The words afterwards, in the case's own addresses: what changed is what is told.
void take_words(const PutCase& walked, const Machine& machine, const Plan& plan, const Recorded& record,
                Answer& answer) {
  answer.words.resize(walked.words.size());
  for (std::uint32_t n = 0; n < walked.words.size(); ++n) {
    answer.words[n] = walked.words[n].value;
    const std::uint64_t address = relocated(machine, walked.words[n].address);
    for (std::size_t k = 0; k < plan.made.words.size() && k < record.words.size(); ++k) {
      if (plan.made.words[k].address == address) answer.words[n] ^= plan.made.words[k].value ^ record.words[k];
    }
  }
}

// Where a completed access arrived.
Observation observed_landing(const Machine& machine, const Plan& plan, const Recorded& record,
                             Observation observation) {
  if (record.stray != 0) return failed(Fate::garbage, "the store went to another address than the one that is read");
  std::uint64_t landed = record.landed;
  if (landed == image::kNowhere && plan.made.act == image::Act::fetch) landed = plan.byte_code;
  const bool refused = plan.made.act == image::Act::load_pdptes && record.reason == image::kReasonException;
  Answer& answer = observation.answer;
  answer.result = EPTSPEC_WALK_TRANSLATED;
  // A processor that checks PDPTEs that are not present has read them, and nothing tells where.
  if (landed == image::kNowhere && refused) return observation;
  if (landed == image::kNowhere || landed == 0) return strange(record);
  answer.valid |= EPTSPEC_VALID_HOST_PHYSICAL_ADDRESS;
  answer.host_physical_address = symbolic(machine, landed);
  return observation;
}

// The exit, or exception, with which an access ended that was not completed.
Observation observed_exit(const Plan& plan, const Recorded& record, Observation observation) {
  Answer& answer = observation.answer;
  const bool converted = is_virtualization_exception(record);
  ExitReport report{record.guest_physical_address, record.guest_linear_address, record.qualification};
  if (converted) report = {record.ve[3], record.ve[2], record.ve[1]};
  const bool sub_page = record.reason == image::kReasonSubPage;
  if (sub_page) {
    answer.result = EPTSPEC_WALK_SUB_PAGE_CHECK;
  } else if (record.reason == image::kReasonViolation || converted) {
    answer.result = EPTSPEC_WALK_VIOLATION;
    // While an event is delivered a violation that may become #VE does not.
    const bool delivering = plan.made.act == image::Act::deliver_interrupt;
    if (!delivering && (plan.made.flags & image::kArmedVe) != 0) answer.valid |= EPTSPEC_VALID_CONVERTIBLE;
    answer.convertible = converted ? 1 : 0;
  } else if (record.reason == image::kReasonMisconfiguration) {
    answer.result = EPTSPEC_WALK_MISCONFIGURATION;
  } else {
    return strange(record);
  }
  if (!sub_page) {  // of exit 66 observed_sub_page_check takes what counts
    answer.valid |= EPTSPEC_VALID_QUALIFICATION | EPTSPEC_VALID_GUEST_PHYSICAL_ADDRESS;
    answer.qualification = report.qualification;
    // Of an access in several parts each may be the one that failed.
    const bool of_access = offset_of(plan, report.guest_physical_address).has_value();
    answer.guest_physical_address = of_access ? plan.walked.guest_physical_address : report.guest_physical_address;
  }
  // What another exit than the expected one saves says nothing.
  if (answer.result == abi_result(expected_walk(plan.walked).result))
    observation.mistakes = mistakes_in(plan, record, report);
  return observation;
}

Observation observed_walk(const Machine& machine, const Plan& plan, const Recorded& record) {
  if (record.end != image::End::exit) return strange(record);
  Observation observation = answered(plan.walked, 0);
  Answer& answer = observation.answer;
  answer.valid = EPTSPEC_VALID_WORDS;
  take_words(plan.walked, machine, plan, record, answer);
  const bool done = record.done != 0;
  observation = done ? observed_landing(machine, plan, record, observation) : observed_exit(plan, record, observation);
  for (const Mistake& one : log_mistakes_in(plan, record)) observation.mistakes.push_back(one);
  return observation;
}

// Of the walk through an entry: what the exit saved and an answer about the entry has no member for.
void add_mistakes(const Answer& answer, const ept_outcome& expected, std::vector<Mistake>& mistakes) {
  if (answer.result != abi_result(expected.result)) return;
  const auto compare = [&](ept_member member, std::uint64_t observed) {
    const std::uint64_t right = ept_outcome_get(&expected, member);
    const bool has = (ept_outcome_members[member].results >> expected.result & 1) != 0;
    if (has && right != observed) mistakes.push_back({mistaken(member), right, observed});
  };
  compare(EPT_OUTCOME_GUEST_PHYSICAL_ADDRESS, answer.guest_physical_address);
  const bool cleared = (ept_outcome_members[EPT_OUTCOME_QUALIFICATION].cleared >> expected.result & 1) != 0;
  if (cleared) compare(EPT_OUTCOME_QUALIFICATION, answer.qualification);
}

// Exit 66 says by bit 11 of its qualification which of the two it is.
std::uint32_t result_of_exit_66(std::uint64_t qualification) {
  return (qualification & EPT_QUALIFICATION_SUB_PAGE_TABLE_MISS) != 0 ? EPTSPEC_SUB_PAGE_MISS
                                                                      : EPTSPEC_SUB_PAGE_MISCONFIGURATION;
}

// What the table says, told by how the write ended.
Observation observed_sub_page_check(const Machine& machine, const PutCase& asked, const Plan& plan,
                                    const Recorded& record) {
  Observation walked = observed_walk(machine, plan, record);
  if (walked.fate != Fate::answered) return walked;
  Observation observation = answered(asked, 0);
  observation.mistakes = std::move(walked.mistakes);
  Answer& answer = observation.answer;
  answer.valid = EPTSPEC_VALID_WORDS;
  take_words(asked, machine, plan, record, answer);
  switch (walked.answer.result) {
    case EPTSPEC_WALK_TRANSLATED: answer.result = EPTSPEC_SUB_PAGE_WRITE_ALLOWED; break;
    case EPTSPEC_WALK_VIOLATION: answer.result = EPTSPEC_SUB_PAGE_WRITE_REFUSED; break;
    case EPTSPEC_WALK_SUB_PAGE_CHECK:
      answer.result = result_of_exit_66(record.qualification);
      answer.sub_page_qualification = record.qualification;
      answer.valid |= EPTSPEC_VALID_SUB_PAGE_QUALIFICATION;
      break;
    default: return strange(record);
  }
  const std::uint64_t page = expected_walk(plan.walked).host_physical_address;
  if (answer.result == EPTSPEC_SUB_PAGE_WRITE_ALLOWED && walked.answer.host_physical_address != page) {
    return failed(Fate::garbage, "the write went to another page");
  }
  return observation;
}

// What the entry is, told by how the walk through it ended.
Observation observed_entry(const Machine& machine, const PutCase& asked, const Plan& plan, const Recorded& record) {
  Observation walked = observed_walk(machine, plan, record);
  if (walked.fate != Fate::answered) return walked;
  const Answer& answer = walked.answer;
  constexpr std::uint64_t kAllowed =
      EPT_QUALIFICATION_READABLE | EPT_QUALIFICATION_WRITABLE | EPT_QUALIFICATION_EXECUTABLE;
  std::uint32_t result = 0;
  if (answer.result == EPTSPEC_WALK_MISCONFIGURATION) {
    result = EPTSPEC_ENTRY_MISCONFIGURED;
  } else if (answer.result == EPTSPEC_WALK_VIOLATION && (answer.qualification & kAllowed) == 0) {
    result = EPTSPEC_ENTRY_NOT_PRESENT;
  } else if (answer.result == EPTSPEC_WALK_TRANSLATED) {
    const bool behind_table = asked.level != 1 && answer.host_physical_address == kBehindTable;
    result = behind_table ? EPTSPEC_ENTRY_TABLE : EPTSPEC_ENTRY_PAGE;
  } else {
    return failed(Fate::garbage, fmt::format("{} with qualification {:#x}, which identifies no entry",
                                             result_name(answer.result), answer.qualification));
  }
  Observation observation = answered(asked, result);
  observation.mistakes = std::move(walked.mistakes);
  add_mistakes(answer, expected_walk(plan.walked), observation.mistakes);
  return observation;
}

Observation observed_check_case(const PutCase& asked, const Plan& plan, const Recorded& record) {
  const CheckObservation found = observed_check(plan, record);
  Observation observation = answered(asked, EPTSPEC_CHECK_ACCEPTED);
  Answer& answer = observation.answer;
  switch (found.end) {
    case CheckEnd::accepted: break;
    case CheckEnd::vm_instruction_error:
      answer.result = EPTSPEC_CHECK_VM_FAIL;
      answer.valid = EPTSPEC_VALID_VM_INSTRUCTION_ERROR;
      answer.vm_instruction_error = found.number;
      break;
    case CheckEnd::exception:
      answer.result = EPTSPEC_CHECK_EXCEPTION;
      answer.exception = found.number;
      break;
    case CheckEnd::exit:
      answer.result = EPTSPEC_CHECK_VM_EXIT;
      answer.exit_reason = found.number;
      break;
    case CheckEnd::unmade:
      return {Fate::answered,
              unanswered(asked, EPTSPEC_NOT_APPLICABLE, fmt::format("VMWRITE knows no field {:#x}", found.number)),
              {}};
    case CheckEnd::lost:
    case CheckEnd::not_run: return strange(record);
  }
  return observation;
}

}  // namespace

Observation observed(const Machine& machine, const PutCase& asked, const Plan& plan, const Recorded& record) {
  switch (asked.question) {
    case EPTSPEC_QUESTION_EPTP: return observed_eptp(asked, record);
    case EPTSPEC_QUESTION_ENTRY: return observed_entry(machine, asked, plan, record);
    case EPTSPEC_QUESTION_CHECK: return observed_check_case(asked, plan, record);
    case EPTSPEC_QUESTION_SUB_PAGE: return observed_sub_page_check(machine, asked, plan, record);
    default: return observed_walk(machine, plan, record);
  }
}

}  // namespace harness
