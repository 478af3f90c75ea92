// The launcher: a small virtual machine monitor on /dev/kvm that runs the image with the cases it is given. It is
// process 1 of a kernel that was booted for it in an emulator, or an ordinary program.
#include <algorithm>
#include <cstring>

#include "harness/image/wire.h"
#include "harness/kvm/launcher/link.h"
#include "harness/kvm/launcher/system.h"
#include "harness/kvm/launcher/virtual_machine.h"

namespace {

void tell_log() {
  if (!kvm::emulated()) return;  // the log of somebody's machine is not about this run alone
  if (const std::string lines = kvm::kernel_log(); !lines.empty()) kvm::say(kvm::Say::log, lines);
}

// Results that are there and were not told yet: the probe, then whole records.
class Results {
 public:
  Results(const kvm::VirtualMachine& machine, const kvm::Job& job)
      : from_(machine.low + kvm::kResults), size_(job.order.results_size) {
    image::CasesHeader header{};
    std::memcpy(&header, job.cases.data(), std::min(job.cases.size(), sizeof(header)));
    record_size_ = image::size_of_record(header.record_words);
  }

  void tell() {
    std::size_t end = told_;
    if (end == 0 && word(0) == image::kProbeMagic) end = image::kProbeSize;
    while (end >= image::kProbeSize && is_record(end)) end += record_size_;
    tell_up_to(end);
  }
  // Whatever is there, at the end.
  void tell_all() { tell_up_to(size_); }

 private:
  [[nodiscard]] std::uint64_t word(std::size_t at) const {
    std::uint64_t value = 0;
    std::memcpy(&value, from_ + at, sizeof(value));
    return value;
  }
  // The image writes the checksum last.
  [[nodiscard]] bool is_record(std::size_t at) const {
    return at + record_size_ <= size_ && static_cast<std::uint32_t>(word(at)) == image::kRecordMagic &&
           word(at + record_size_ - sizeof(image::Seal)) >> 32 != 0;
  }
  void tell_up_to(std::size_t end) {
    while (told_ < end) {
      const std::size_t count = std::min<std::size_t>(end - told_, kvm::kMostPayload / 2);
      const std::uint64_t offset = told_;
      std::string payload(reinterpret_cast<const char*>(&offset), sizeof(offset));
      payload.append(from_ + told_, count);
      kvm::say(kvm::Say::results, payload);
      told_ += count;
    }
  }

  const char* from_;
  std::size_t size_;
  std::size_t record_size_ = 0;
  std::size_t told_ = 0;
};

std::string run(const kvm::Job& job) {
  kvm::VirtualMachine machine;
  std::string problem = kvm::create(machine);
  if (problem.empty()) problem = kvm::load(machine, job.image, job.cases);
  if (job.order.results_size > kvm::kLowMemory - kvm::kResults) problem = "there are too many results";
  if (!problem.empty()) return problem;
  if (kvm::emulated()) kvm::rearm_warnings();
  Results results(machine, job);
  problem = kvm::run(machine, [&] {
    tell_log();  // first, so that what it is about comes behind the results told before
    results.tell();
  });
  results.tell_all();
  kvm::say(kvm::Say::console, machine.console);
  kvm::destroy(machine);
  return problem;
}

}  // namespace

int main() {
  std::string problem;
  if (kvm::emulated()) problem = kvm::set_up_system();
  if (!kvm::open_line()) return 2;
  if (problem.empty()) problem = kvm::obstacle();
  kvm::say(problem.empty() ? kvm::Say::ready : kvm::Say::refused, problem.empty() ? kvm::kernel_name() : problem);
  kvm::Job job{};
  while (kvm::next_job(job.order.sequence, job) && job.order.task == kvm::Task::run) {
    const std::string end = run(job);
    tell_log();
    kvm::say(kvm::Say::finished, end);
  }
  if (kvm::emulated()) kvm::power_off();
  return 0;
}
