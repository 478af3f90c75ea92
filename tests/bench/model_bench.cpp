// How fast the emitted header classifies entries and walks tables, beside two hand-written walkers, in one run and over
// the same inputs (inputs.h). Before anything is timed every answer is compared; a difference ends the program.
//
//   build/release/bench
//
// Rows are interleaved; medians and their ratios to the header's are shown (medians.h).
//
// What a walker hands out stands beside its line. naive and mask give what a hypervisor's walker gives: a class, or
// result, address and, of a violation, exit qualification. header gives the same and the rules that are broken, as it
// always does; header_whole everything else that it knows.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "ept_model.h"
#include "tests/bench/inputs.h"
#include "tests/bench/mask_walker.h"
#include "tests/bench/medians.h"
#include "tests/bench/naive_walker.h"

namespace bench {

namespace {

static_assert(kDataRead == EPT_ACCESS_DATA_READ && kDataWrite == EPT_ACCESS_DATA_WRITE);
static_assert(kInstructionFetch == EPT_ACCESS_INSTRUCTION_FETCH);
static_assert(kGuestPagingStructure == EPT_ACCESS_GUEST_PAGING_STRUCTURE);

constexpr std::uint64_t kComparedQualification = 0x1ff;

// The tables of a tree, read as a hypervisor reads them: a physical address is an offset into a mapping.
struct Memory {
  const char* bytes = nullptr;

  explicit Memory(const Tree& tree) : bytes(reinterpret_cast<const char*>(tree.memory.data())) {}
  std::uint64_t operator()(std::uint64_t physical_address) const {
    std::uint64_t entry = 0;
    std::memcpy(&entry, bytes + physical_address, sizeof entry);
    return entry;
  }
};

std::uint64_t read_entry(void* memory, std::uint64_t physical_address) {
  return (*static_cast<const Memory*>(memory))(physical_address);
}

// One walker each: classify and walk answer, consume makes the compiler compute what was answered.
struct Header {
  static constexpr const char* kOfEntry = "class, broken rules";
  static constexpr const char* kOfWalk = "result, address, qualification 16:0, broken rules";
  ept_context context{};

  explicit Header(const Configuration& from) {
    ept_configuration configuration{};
    configuration.maxphyaddr = from.maxphyaddr;
    configuration.capability = EPT_CAPABILITY_WALK_LENGTH_4 | EPT_CAPABILITY_WALK_LENGTH_5 |
                               EPT_CAPABILITY_MEMORY_TYPE_WB | EPT_CAPABILITY_ACCESSED_DIRTY;
    if (from.execute_only) configuration.capability |= EPT_CAPABILITY_EXECUTE_ONLY;
    if (from.page_2m) configuration.capability |= EPT_CAPABILITY_PAGE_2M;
    if (from.page_1g) configuration.capability |= EPT_CAPABILITY_PAGE_1G;
    const auto length = static_cast<std::uint64_t>(from.levels - 1) << 3;
    const std::uint64_t eptp = from.root | 6 | length | (from.accessed_dirty ? EPT_EPTP_ENABLE_ACCESSED_DIRTY : 0);
    if (ept_check_eptp(&configuration, eptp) != 0) std::abort();
    ept_prepare(&configuration, eptp, &context);
  }
  [[nodiscard]] ept_classification classify(int level, std::uint64_t entry) const {
    return ept_classify(&context, level, entry);
  }
  ept_outcome walk(const Access& access, Memory& memory) const {
    return ept_walk(&context, access.guest_physical_address, access.attributes, read_entry, &memory);
  }
  static void consume(const ept_classification& answer) {
    benchmark::DoNotOptimize(answer.kind);
    benchmark::DoNotOptimize(answer.rules);
  }
  static void consume(const ept_outcome& answer) {
    benchmark::DoNotOptimize(answer.result);
    benchmark::DoNotOptimize(answer.host_physical_address);
    benchmark::DoNotOptimize(answer.qualification);
    benchmark::DoNotOptimize(answer.rules);
  }
};

struct HeaderWhole : Header {
  using Header::Header;
  static constexpr const char* kOfEntry = "class, broken rules, reserved bits, format";
  static constexpr const char* kOfWalk = "all of struct ept_outcome";
  static void consume(const ept_classification& answer) { benchmark::DoNotOptimize(answer); }
  static void consume(const ept_outcome& answer) { benchmark::DoNotOptimize(answer); }
};

struct ByHand {
  static constexpr const char* kOfEntry = "class";
  static constexpr const char* kOfWalk = "result, address, qualification 8:0";
  static void consume(Class answer) { benchmark::DoNotOptimize(answer); }
  static void consume(const Outcome& answer) {
    benchmark::DoNotOptimize(answer.result);
    benchmark::DoNotOptimize(answer.host_physical_address);
    benchmark::DoNotOptimize(answer.qualification);
  }
};

struct Naive : ByHand {
  Configuration context;

  explicit Naive(const Configuration& from) : context(from) {}
  [[nodiscard]] Class classify(int level, std::uint64_t entry) const { return naive_classify(context, level, entry); }
  [[nodiscard]] Outcome walk(const Access& access, const Memory& memory) const {
    return naive_walk(context, access.guest_physical_address, access.attributes, memory);
  }
};

struct Mask : ByHand {
  MaskContext context;

  explicit Mask(const Configuration& from) : context(mask_prepare(from)) {}
  [[nodiscard]] Class classify(int level, std::uint64_t entry) const { return mask_classify(context, level, entry); }
  [[nodiscard]] Outcome walk(const Access& access, const Memory& memory) const {
    return mask_walk(context, access.guest_physical_address, access.attributes, memory);
  }
};

[[noreturn]] void differ(const char* what, std::uint64_t input, int level) {
  std::fprintf(stderr, "bench: the walkers disagree on %s %#llx (level %d)\n", what,
               static_cast<unsigned long long>(input), level);
  std::abort();
}

Class class_of(const ept_classification& answer) {
  switch (answer.kind) {
    case EPT_NOT_PRESENT: return Class::not_present;
    case EPT_MISCONFIGURED: return Class::misconfigured;
    case EPT_TABLE: return Class::table;
    case EPT_PAGE: return Class::page;
  }
  std::abort();
}

bool same(const ept_outcome& header, const Outcome& other) {
  const Result result = header.result == EPT_TRANSLATED  ? Result::translated
                        : header.result == EPT_VIOLATION ? Result::violation
                                                         : Result::misconfiguration;
  const std::uint64_t compared = header.qualification_defined & kComparedQualification;
  return result == other.result && header.host_physical_address == other.host_physical_address &&
         (header.qualification & compared) == (other.qualification & compared);
}

void check(const Entries& inputs) {
  const Header header(configuration(4));
  const Naive naive(configuration(4));
  const Mask mask(configuration(4));
  for (std::size_t n = 0; n < inputs.entries.size(); ++n) {
    const std::uint64_t entry = inputs.entries[n];
    const int level = inputs.levels[n];
    const Class kind = class_of(header.classify(level, entry));
    if (kind != naive.classify(level, entry) || kind != mask.classify(level, entry)) differ("entry", entry, level);
  }
}

void check(const Tree& tree) {
  const Header header(tree.configuration);
  const Naive naive(tree.configuration);
  const Mask mask(tree.configuration);
  Memory memory(tree);
  for (const Access& access : tree.accesses) {
    const ept_outcome outcome = header.walk(access, memory);
    if (!same(outcome, naive.walk(access, memory)) || !same(outcome, mask.walk(access, memory))) {
      differ("the access to", access.guest_physical_address, outcome.level);
    }
  }
}

template <typename Walker>
void time_entries(benchmark::State& state, const Entries& inputs) {
  const Walker walker(configuration(4));
  benchmark::DoNotOptimize(&walker);
  for ([[maybe_unused]] auto _ : state) {
    for (std::size_t n = 0; n < inputs.entries.size(); ++n) {
      walker.consume(walker.classify(inputs.levels[n], inputs.entries[n]));
    }
  }
  state.SetLabel(Walker::kOfEntry);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(inputs.entries.size()));
}

template <typename Walker>
void time_walks(benchmark::State& state, const Tree& tree) {
  const Walker walker(tree.configuration);
  benchmark::DoNotOptimize(&walker);
  Memory memory(tree);
  for ([[maybe_unused]] auto _ : state) {
    for (const Access& access : tree.accesses) walker.consume(walker.walk(access, memory));
  }
  state.SetLabel(Walker::kOfWalk);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(tree.accesses.size()));
}

void add(const std::string& name, const Entries& inputs) {
  check(inputs);
  benchmark::RegisterBenchmark((name + "/header").c_str(), time_entries<Header>, inputs);
  benchmark::RegisterBenchmark((name + "/header_whole").c_str(), time_entries<HeaderWhole>, inputs);
  benchmark::RegisterBenchmark((name + "/naive").c_str(), time_entries<Naive>, inputs);
  benchmark::RegisterBenchmark((name + "/mask").c_str(), time_entries<Mask>, inputs);
}

void add(const std::string& name, const Tree& tree) {
  check(tree);
  benchmark::RegisterBenchmark((name + "/header").c_str(), time_walks<Header>, tree);
  benchmark::RegisterBenchmark((name + "/header_whole").c_str(), time_walks<HeaderWhole>, tree);
  benchmark::RegisterBenchmark((name + "/naive").c_str(), time_walks<Naive>, tree);
  benchmark::RegisterBenchmark((name + "/mask").c_str(), time_walks<Mask>, tree);
}

}  // namespace

}  // namespace bench

int main(int argc, char** argv) {
  if (!bench::initialize(argc, argv)) return 2;
  constexpr std::size_t kEntries = 4096;
  constexpr std::size_t kUnlearnedEntries = 262144;  // more than a branch predictor can remember
  bench::add("classify_mixed", bench::make_entries(kEntries, {0.5, 0.25}));
  bench::add("classify_mixed_unlearned", bench::make_entries(kUnlearnedEntries, {0.5, 0.25}));
  bench::add("classify_good", bench::make_entries(kEntries, {1, 0}));
  bench::add("classify_broken", bench::make_entries(kEntries, {0, 1}));
  bench::add("walk_4_level_reads", bench::make_readable_tree(4));
  bench::add("walk_4_level_mixed", bench::make_mixed_tree(4, 1024));
  bench::add("walk_5_level_reads", bench::make_readable_tree(5));
  bench::run([](const std::string& row) { return row.substr(0, row.rfind('/')) + "/header"; });
}
