// The entry that is changed after a violation: an EPT violation invalidates what is cached of its address, so the
// access works then without INVEPT.
#include "harness/metal/plan.h"

namespace harness {

namespace {

using image::Act;

constexpr std::uint64_t kAll = EPT_ENTRY_READ | EPT_ENTRY_WRITE | EPT_ENTRY_EXECUTE | EPT_ENTRY_USER_EXECUTE;
constexpr std::uint64_t kWriteBack = 0x30;
constexpr int kLargestPage = 3;

// Whose completion a VMCALL tells.
bool ends_with_vmcall(const Plan& plan) {
  const Act act = plan.made.act;
  const bool of_data = act == Act::read || act == Act::write || act == Act::read_modify_write;
  return of_data || (act == Act::fetch && plan.made.guest_physical_address % 8 == 0);
}

// Any other entry of the walk at the same address would change too.
bool is_alone(const PutCase& walked, std::uint32_t word) {
  for (std::uint32_t n = 0; n < walked.words.size(); ++n) {
    if (n != word && walked.words[n].address == walked.words[word].address) return false;
  }
  return true;
}

// One that is not present maps a page then; another keeps what it has.
std::uint64_t upgraded(const PutCase& walked, std::uint32_t word, bool is_absent) {
  if (!is_absent) return walked.words[word].value | kAll;
  const bool large = walked.level - word > 1;
  return kPagesBegin | kAll | kWriteBack | (large ? EPT_ENTRY_PAGE_SIZE : 0);
}

image::Word* made_word(const Machine& machine, Plan& plan, std::uint64_t symbol) {
  for (image::Word& word : plan.made.words) {
    if (word.address == relocated(machine, symbol)) return &word;
  }
  return nullptr;
}

}  // namespace

void plan_upgrade(const Machine& machine, const ept_outcome& outcome, Plan& plan) {
  const bool is_absent = outcome.rules == EPT_VIOLATION_ENTRY_NOT_PRESENT;
  if (!ends_with_vmcall(plan) || outcome.level == 0 || (is_absent && outcome.level > kLargestPage)) return;
  for (std::uint32_t n = 0; n < plan.walked.words.size(); ++n) {
    const bool is_last = static_cast<int>(plan.walked.level - n) == outcome.level;
    if ((is_absent && !is_last) || !is_alone(plan.walked, n)) continue;
    PutCase changed = plan.walked;
    changed.words[n].value = upgraded(plan.walked, n, is_absent);
    const ept_outcome then = expected_walk(changed);
    const image::Word* const word = made_word(machine, plan, changed.words[n].address);
    const std::uint64_t page = then.host_physical_address;
    if (then.result != EPT_TRANSLATED || page < kPagesBegin || word == nullptr || !has_place(machine, page)) continue;
    plan.made.flags |= image::kUpgrade;
    plan.made.upgraded = {word->address, relocated_entry(machine, changed.words[n].value)};
    plan.pages.push_back(relocated(machine, page & ~std::uint64_t{0xfff}));
    return;
  }
}

}  // namespace harness
