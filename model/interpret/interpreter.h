// The oracle: an interpreter of the specification, bit by bit and entry by entry, written apart from the emitter and
// from the constraints and sharing nothing with them but spec/ir.h. It reads whatever specification it is given, also a
// changed one (vectors/mutants/mutant.h). Knows no Z3. Tests: tests/agreement, tests/sdm.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "spec/ir.h"

namespace model {

struct Circumstances {
  int maxphyaddr = 0;
  std::vector<std::uint64_t> registers;  // by Spec::registers, those that are not derived
};

// What a check comes to.
struct CheckResult {
  std::size_t outcome = 0;  // 0 when no rule is broken, else the place of the ending, from 1 on
  std::vector<std::pair<std::string, std::uint64_t>> rules;  // of the check and its parts: those that are broken
};

enum class Kind { not_present, misconfigured, table, page };

struct Classification {
  Kind kind = Kind::not_present;
  std::string format;
  std::uint64_t rules = 0;
  std::uint64_t reserved_bits = 0;
};

enum class Result {
  translated,
  sub_page_check,
  violation,
  misconfiguration,
  sub_page_write_allowed,
  sub_page_write_refused,
  sub_page_miss,
  sub_page_misconfiguration
};

struct Effects {
  std::uint64_t must = 0;  // bit n: the entry of level n
  std::uint64_t may = 0;
  bool operator==(const Effects&) const = default;
};

struct Outcome {
  Result result = Result::translated;
  int level = 0;
  std::uint64_t host_physical_address = 0;
  std::uint64_t memory_type = 0;
  std::uint64_t ignore_pat = 0;
  std::uint64_t rules = 0;
  std::uint64_t reserved_bits = 0;
  std::uint64_t qualification = 0;
  std::uint64_t qualification_defined = 0;
  std::uint64_t convertible = 0;
  std::uint64_t convertible_defined = 0;
  std::uint64_t guest_physical_address = 0;
  std::uint64_t sub_page_qualification = 0;
  std::uint64_t sub_page_qualification_defined = 0;
  Effects accessed;
  Effects dirty;
  bool operator==(const Outcome&) const = default;
};

using Read = std::function<std::uint64_t(std::uint64_t physical_address)>;

// Which of the entries used make up the words `all` and `nonleaf`. The manual says every (AND); the others are mistakes
// of walkers that the specification's language has no words for.
enum class Combine { every, any, first, last };

class Interpreter {
 public:
  // The reference is kept. Throws std::logic_error when a condition that the walk needs is missing.
  explicit Interpreter(const spec::Spec& spec, Combine combine = Combine::every);

  // Each throws std::logic_error when an entry has no format.
  [[nodiscard]] std::uint64_t eptp_rules(const Circumstances& machine) const;
  [[nodiscard]] CheckResult check(const Circumstances& machine, const spec::Check& check) const;
  [[nodiscard]] std::uint64_t value(const Circumstances& machine, spec::Word word) const;  // also of a derived word
  [[nodiscard]] bool holds(const Circumstances& machine, const spec::Condition& condition) const;  // over registers
  [[nodiscard]] Classification classify(const Circumstances& machine, int level, std::uint64_t entry) const;
  [[nodiscard]] Outcome walk(const Circumstances& machine, std::uint64_t gpa, std::uint64_t access,
                             const Read& read) const;
  [[nodiscard]] Outcome check_sub_page(const Circumstances& machine, std::uint64_t gpa, std::uint64_t access,
                                       const Read& read) const;

 private:
  struct Facts;  // the values of all words at one point
  struct Entry;  // what an entry is
  struct Used;   // the entries that the walk used so far

  [[nodiscard]] std::uint64_t value(spec::Word word, const Facts& facts) const;
  [[nodiscard]] std::uint64_t derived(const spec::Derivation& from, const Facts& facts) const;
  [[nodiscard]] bool compared(const spec::Condition& condition, const Facts& facts) const;
  // Gives the endings reached, by their ids in the whole check.
  std::vector<std::string> add_check(const spec::Check& check, const Facts& facts, bool applies,
                                     CheckResult& result) const;
  [[nodiscard]] bool holds(const spec::Condition& condition, const Facts& facts) const;
  [[nodiscard]] const spec::Condition& named(const std::string& id) const;
  [[nodiscard]] const spec::Format& format_of(int level, std::uint64_t entry) const;
  [[nodiscard]] std::uint64_t broken(const spec::Format& format, const Facts& facts) const;
  [[nodiscard]] std::uint64_t refused(spec::ViolationStage stage, const Facts& facts) const;
  [[nodiscard]] Entry judge(int level, Facts& facts) const;
  [[nodiscard]] std::uint64_t combined(std::uint64_t so_far, std::uint64_t entry, bool is_first) const;
  void report_violation(const Facts& facts, Outcome& outcome) const;
  bool breaks_sub_page_rule(const spec::Format& format, Facts& facts, Outcome& outcome) const;
  void finish(const Facts& facts, const Used& used, Outcome& outcome) const;
  bool ended_by(const Entry& entry, Facts& facts, Outcome& outcome) const;
  void descend(std::uint64_t gpa, const Read& read, Facts& facts, Outcome& outcome) const;
  void complete(const spec::Format& format, std::uint64_t gpa, Facts& facts, Outcome& outcome) const;

  const spec::Spec& spec_;
  Combine combine_;
  const spec::Condition& present_;
  const spec::Condition& five_level_walk_;
  spec::Word eptp_;
  spec::Word sub_page_table_pointer_;
  std::uint64_t cleared_ = 0;       // bit n: with result n the qualification is 0
  std::uint64_t with_address_ = 0;  // bit n: result n reports the guest-physical address
};

}  // namespace model
