// What an exit saved, held against what the manual says an exit for this access saves; the values and places are those
// of the specification (spec/semantics/outcome.yaml, saved).
#include <algorithm>

#include "ept_names.h"
#include "harness/metal/plan.h"

namespace harness {

namespace {

using image::Act;

std::uint64_t value_of(ept_saved fact) { return ept_saved_facts[fact].value; }

struct Exit {
  const Plan& plan;
  const Recorded& record;
  const ExitReport& report;
  const ept_outcome& expected;
  std::vector<Mistake>& mistakes;

  [[nodiscard]] bool is_delivering() const { return plan.made.act == Act::deliver_interrupt; }

  void compare(ept_saved fact, std::uint64_t right, std::uint64_t observed) const {
    const std::uint64_t mask = ept_saved_facts[fact].mask;
    if (((right ^ observed) & mask) != 0)
      mistakes.push_back({static_cast<std::uint32_t>(fact), right & mask, observed & mask});
  }
  void compare(ept_saved fact, std::uint64_t observed) const { compare(fact, value_of(fact), observed); }
};

void compare_linear_address(const Exit& exit) {
  const bool valid = (exit.expected.qualification & EPT_QUALIFICATION_LINEAR_ADDRESS_VALID) != 0;
  if (exit.expected.result != EPT_VIOLATION || !valid) return;
  const std::uint64_t offset = offset_of(exit.plan, exit.report.guest_physical_address).value_or(0);
  const bool of_entry = exit.plan.made.act == Act::guest_walk;
  exit.compare(EPT_SAVED_GUEST_LINEAR_ADDRESS, exit.record.linear_address + (of_entry ? 0 : offset),
               exit.report.guest_linear_address);
}

// The interrupt of the guest's INT 20H, an instruction of two bytes.
void compare_event(const Exit& exit) {
  constexpr std::uint64_t kSoftwareInterrupt = 0x80000420;
  constexpr std::uint64_t kValid = 0x80000000;
  if (exit.is_delivering()) {
    exit.compare(EPT_SAVED_ORIGINAL_EVENT, kSoftwareInterrupt, exit.record.vectoring);
    exit.compare(EPT_SAVED_INSTRUCTION_LENGTH, 2, exit.record.instruction_length);
  } else {
    exit.compare(EPT_SAVED_ORIGINAL_EVENT, 0, exit.record.vectoring & kValid);
  }
}

// Of the information area, how many words are not as the image put them.
std::uint64_t changed_words(const Recorded& record, std::uint64_t first) {
  std::uint64_t changed = record.ve_beyond;
  for (unsigned n = 0; n < 5; ++n) {
    const std::uint64_t before = n == 0 ? first : n < 4 ? 0 : image::kVeFill;
    changed += record.ve[n] != before ? 1 : 0;
  }
  return changed;
}

void compare_virtualization_exception(const Exit& exit) {
  const Recorded& record = exit.record;
  exit.compare(EPT_SAVED_VE_INTERRUPTION, record.interruption);
  exit.compare(EPT_SAVED_VE_REASON, record.ve[0]);
  exit.compare(EPT_SAVED_VE_EPTP_INDEX, image::kEptpIndex, record.ve[4]);
  exit.compare(EPT_SAVED_VE_BEYOND, record.ve_beyond + ((record.ve[4] ^ image::kVeFill) >> 16 != 0 ? 1 : 0));
  exit.compare(EPT_SAVED_VE_WHILE_BUSY, record.while_busy);
}

void compare_information_area(const Exit& exit, bool converted) {
  // A violation during event delivery does not become a virtualization exception.
  if (converted && exit.is_delivering()) return exit.compare(EPT_SAVED_VE_INTERRUPTION, 0, exit.record.interruption);
  if (converted) return compare_virtualization_exception(exit);
  if ((field_of(exit.plan.made, EPT_REGISTER_SECONDARY_CONTROLS) & image::kEnableVe) == 0) return;
  const bool armed = (exit.plan.made.flags & image::kArmedVe) != 0;
  exit.compare(EPT_SAVED_VE_BEYOND, changed_words(exit.record, armed ? 0 : image::kVeBusy));
}

}  // namespace

std::optional<std::uint64_t> offset_of(const Plan& plan, std::uint64_t guest_physical_address) {
  const std::uint64_t offset = guest_physical_address - plan.made.guest_physical_address;
  return offset < plan.extent && offset % 8 == 0 ? std::optional(offset) : std::nullopt;
}

std::vector<Mistake> mistakes_in(const Plan& plan, const Recorded& record, const ExitReport& report) {
  std::vector<Mistake> mistakes;
  const ept_outcome expected = expected_walk(plan.walked);
  const Exit exit{plan, record, report, expected, mistakes};
  compare_linear_address(exit);
  exit.compare(EPT_SAVED_GUEST_RIP, record.started_at, record.rip);
  exit.compare(EPT_SAVED_GUEST_REGISTERS, record.changed_registers);
  const bool converted = record.reason == image::kReasonException;
  if (!converted) compare_event(exit);
  compare_information_area(exit, converted);
  if (record.upgraded != 0) exit.compare(EPT_SAVED_UPGRADED_ENTRY, record.upgraded == 1 ? 1 : 0);
  return mistakes;
}

std::vector<Mistake> log_mistakes_in(const Plan& plan, const Recorded& record) {
  std::vector<Mistake> mistakes;
  const MadeCase& made = plan.made;
  if ((field_of(made, EPT_REGISTER_SECONDARY_CONTROLS) & image::kEnablePml) == 0) return mistakes;
  std::uint32_t dirtied = 0;
  bool changed = false;
  const std::size_t words = std::min({made.words.size(), record.words.size(), plan.walked.words.size()});
  for (std::size_t n = 0; n < words; ++n) {
    const std::uint64_t set = record.words[n] & ~made.words[n].value;
    if ((set & EPT_ENTRY_DIRTY) != 0) ++dirtied;
    changed |= (set & (EPT_ENTRY_ACCESSED | EPT_ENTRY_DIRTY)) != 0;
  }
  const Exit exit{plan, record, {}, {}, mistakes};
  const std::uint32_t index = made.flags >> image::kLogIndexShift;
  const bool full = index > image::kLastLogged && changed;
  exit.compare(EPT_SAVED_MODIFICATION_LOG_FULL, full ? image::kLogFull : 0, record.log_full);
  const std::uint32_t first = record.log_full != 0 ? image::kLastLogged : index;
  exit.compare(EPT_SAVED_MODIFICATION_LOG_INDEX, first - dirtied, first - record.logged);
  const std::uint64_t page = made.guest_physical_address & ~std::uint64_t{0xfff};
  if (dirtied == 1 && record.logged == 1) exit.compare(EPT_SAVED_MODIFICATION_LOG, page, record.logged_address);
  return mistakes;
}

}  // namespace harness
