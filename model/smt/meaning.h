// What the specification means, as Z3 expressions: the constraints. Shares nothing with model/emit but the
// specification; that both say the same is what model/proof proves. Works on words of 64 bits, whatever their bits
// beyond those that are named. Tests: tests/agreement, tests/model/proof_test.cpp.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <utility>

#include <z3++.h>

#include "model/smt/terms.h"
#include "spec/ir.h"

namespace model {

// The words that a condition may speak about at some point of a walk, beside the registers. Those that are not known
// yet are zero.
struct Words {
  z3::expr& operator[](spec::Word word) { return values.at(static_cast<std::size_t>(word)); }
  const z3::expr& operator[](spec::Word word) const { return values.at(static_cast<std::size_t>(word)); }

  std::vector<z3::expr> values;    // by spec::Word
  std::optional<z3::expr> eptp{};  // what is checked in place of the EPTP
};

// How far a walk has come; the terms are those of struct ept_progress in the emitted header.
struct Progress {
  int level = 0;  // of the entry read next or last
  z3::expr table;
  z3::expr entry;
  z3::expr all;
  z3::expr nonleaf;
  z3::expr used;
  z3::expr page;
  z3::expr rules;  // violations that need no entry, or what the entry read last breaks
};
inline constexpr std::array<std::pair<const char*, z3::expr Progress::*>, 7> kProgressWords = {
    {{"table", &Progress::table},
     {"entry", &Progress::entry},
     {"all", &Progress::all},
     {"nonleaf", &Progress::nonleaf},
     {"used", &Progress::used},
     {"page", &Progress::page},
     {"rules", &Progress::rules}}};

enum class Ending { page, violation, misconfiguration };

class Meaning {
 public:
  // References are kept; they must outlive the object.
  Meaning(z3::context& context, const spec::Spec& spec, const Inputs& inputs);

  // A condition over the configuration and `words`; `format` is for any_bit_of an entry.
  z3::expr holds(const spec::Condition& condition, const Words& words, const spec::Format* format = nullptr);

  z3::expr covers(const spec::Range& range, const z3::expr& bit);           // bit number `bit` is within the range
  z3::expr mask_of_kind(const spec::Format& format, spec::FieldKind kind);  // the bits of the fields of a kind
  z3::expr matches(const spec::Format& format, const z3::expr& entry);      // the fixed fields have their values
  z3::expr present(const z3::expr& entry);
  z3::expr broken(const spec::Rule& rule, std::size_t format, const z3::expr& entry);  // false for other formats

  Terms eptp_check();  // rules
  // Of a check and each of its parts with rules the set of those that are broken, as rules_ID; and the outcome, which
  // is 0 when there is none and else the place of the ending, from 1 on.
  Terms check(const spec::Check& check);
  // A rule of a check or of one of its parts, which ending of the whole it has, and when it is broken.
  struct RuleInCheck {
    const spec::Check* check;
    const spec::Rule* rule;
    std::size_t ending;
    z3::expr broken;
  };
  std::vector<RuleInCheck> rules_in(const spec::Check& check);
  Terms classify(int level, const z3::expr& entry);             // kind, format, rules, reserved_bits
  Terms step(const Progress& progress, const z3::expr& entry);  // ending or table, and the progress after the entry
  Terms conclude(const Progress& progress, Ending ending, const z3::expr& gpa, const z3::expr& access);
  Terms walk();  // the outcome, and address_N of each level: what was read, or 0

  // The check of a sub-page write permission, whose entries are those of levels 4 to 1: the outcome, and address_N.
  Terms sub_page_check();

  // The parts of a walk: its beginning (at level 0: none), what it has come to by using an entry, and the violations
  // that need no entry.
  Progress begin(int levels);
  Progress use(const Progress& progress, const z3::expr& entry, bool maps_page);
  z3::expr early_violations();

  Words no_words();  // none but the registers
  z3::expr value(spec::Word of, const Words& words);
  z3::expr entry_address(const Progress& progress, const z3::expr& gpa);
  z3::expr five_levels();

 private:
  struct EntryState {
    z3::expr present;
    z3::expr misconfigured;
    z3::expr maps_page;
    z3::expr rules;
    z3::expr reserved_bits;
  };

  z3::expr field(const spec::Bits& bits, spec::Word of, const Words& words);  // moved down to bit 0, as a word
  z3::expr derived(const spec::Derivation& from, const Words& words);
  z3::expr compared(const spec::Condition& condition, const Words& words);
  struct Checking;
  void add_rules(const spec::Check& check, const Checking& how, std::vector<RuleInCheck>& rules);
  static z3::expr bits_of(const spec::Bits& bits, const z3::expr& value);  // moved down to bit 0
  z3::expr range_mask(const spec::Range& range);
  z3::expr bound(const spec::Bound& bound);
  z3::expr set_of(const std::vector<spec::Rule>& rules, const std::function<z3::expr(const spec::Rule&)>& holds);
  z3::expr flag_bit(const z3::expr& condition, unsigned bit);
  EntryState judge(int level, const z3::expr& entry);
  [[nodiscard]] unsigned table_bits() const;  // low bits of an address within a table, or a 4-KByte page
  z3::expr address_from(const z3::expr& entry, unsigned low);  // the physical-address bits of a word from bit low up
  z3::expr table_in(const z3::expr& entry);
  Words words_at(const Progress& progress, const z3::expr& access);
  z3::expr sub_page_rules(const spec::Level& level, const z3::expr& entry);
  z3::expr sub_page_reserved(const spec::Level& level, const z3::expr& entry);
  z3::expr result_of(const z3::expr& rules);
  z3::expr decision(const z3::expr& vector);
  void add_sub_page_qualification(Terms& terms, const z3::expr& result, const z3::expr& exits);
  Terms sub_page_ended(const spec::Level& level);
  z3::expr permission_violations(const Words& words);
  z3::expr field_of(const char* id, const z3::expr& entry);
  void add_violation(Terms& terms, const Words& words, const z3::expr& is_violation);
  void add_for_result(Terms& terms, const z3::expr& gpa);
  void add_flags(Terms& terms, const Progress& progress, const Words& words, const z3::expr& success,
                 const z3::expr& refused, const z3::expr& misconfigured);
  Terms walk_from(const Progress& progress, const std::vector<Term>& addresses);
  static Terms choose(const z3::expr& condition, const Terms& yes, const Terms& no);
  [[nodiscard]] const spec::Level& level_of(int level) const;

  z3::context& context_;
  const spec::Spec& spec_;
  const Inputs& inputs_;
};

}  // namespace model
