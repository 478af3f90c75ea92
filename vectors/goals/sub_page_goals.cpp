// The check of a sub-page write permission: each way for an entry to end it, each part of a page, each bit that selects
// an entry, and what is reported.
#include <algorithm>

#include <fmt/format.h>

#include "vectors/goals/goals.h"

namespace vectors {

namespace {

using Subject = Demand::Subject;

class Maker {
 public:
  Maker(const spec::Spec& spec, int maxphyaddr) : spec_(spec), maxphyaddr_(maxphyaddr) {
    const auto* const in_effect = find_id(spec.conditions, "sub_page_write_permissions");
    in_effect_ = holds(named(static_cast<std::size_t>(in_effect - spec.conditions.data())));
  }

  std::vector<Goal> make() {
    for (const spec::Level& level : of_.levels) {
      for (const spec::Rule& rule : of_.rules) {
        if (concerns(rule, level.formats.front())) add_broken(level, rule);
      }
      add_legal_bits(level);
      add_index(level);
    }
    add_parts();
    add_order();
    add_qualification();
    for (const spec::QualificationBit& bit : of_.qualification) {
      if (bit.undefined) add_circumstances(bit);
    }
    add_accesses();
    return std::move(goals_);
  }

 private:
  static spec::Condition named(std::size_t condition) {
    spec::Condition named;
    named.kind = spec::Condition::Kind::named;
    named.named = condition;
    return named;
  }

  void add(const std::string& id, const spec::Citation& cite, std::vector<Demand> demands) {
    demands.push_back(in_effect_);
    goals_.push_back(
        {"sub_page/" + id, to_string(cite), Question::sub_page, kSubPageLevels, Ending::page, 1, std::move(demands)});
  }

  [[nodiscard]] const spec::Format& format_of(const spec::Level& level) const {
    return of_.formats.at(level.formats.front());
  }

  [[nodiscard]] ept_word forbidden(const spec::Format& format) const {
    ept_word bits = 0;
    for (const spec::Field& field : format.fields) {
      const bool must_be_zero =
          field.kind == spec::FieldKind::reserved || field.kind == spec::FieldKind::beyond_maxphyaddr;
      if (must_be_zero && field.bits.high.at(maxphyaddr_) >= field.bits.low.at(maxphyaddr_))
        bits |= mask_of(bits_at(field.bits, maxphyaddr_));
    }
    return bits;
  }

  // The rule alone is broken, in the entry of this level.
  [[nodiscard]] static std::vector<Demand> broken(const spec::Rule& rule, int level) {
    return {outcome_is("rules", bit_of(rule.bit)), outcome_is("level", static_cast<ept_word>(level))};
  }

  static std::vector<Demand> with(std::vector<Demand> demands, const std::vector<Demand>& more) {
    demands.insert(demands.end(), more.begin(), more.end());
    return demands;
  }

  // In each way; and where the entry is not valid, with all that it must not have otherwise.
  void add_broken(const spec::Level& level, const spec::Rule& rule) {
    const spec::Format& format = format_of(level);
    for (const Way& way : ways_to_break(spec_, rule, format, spec::Word::sub_page, maxphyaddr_)) {
      const Demand shown =
          way.alone ? outcome_is("reserved_bits", way.value) : entry_bits(level.level, way.mask, way.value);
      add(fmt::format("level_{}/{}/{}", level.level, rule.id, way.id), rule.cite,
          with(broken(rule, level.level), {shown}));
    }
    const ept_word all = forbidden(format);
    add(fmt::format("level_{}/{}/all_reserved_bits", level.level, rule.id), rule.cite,
        {outcome_has("rules", bit_of(rule.bit)), outcome_is("level", static_cast<ept_word>(level.level)),
         entry_bits(level.level, all, all)});
  }

  // A table's entry with each end of its address, and with all of it; the pointer likewise.
  void add_legal_bits(const spec::Level& level) {
    for (const spec::Field& field : format_of(level).fields) {
      if (field.kind != spec::FieldKind::address) continue;
      const spec::Bits bits = bits_at(field.bits, maxphyaddr_);
      for (const auto& [id, mask] : {std::pair{std::string("address"), mask_of(bits)},
                                     {fmt::format("bit_{:02}", bits.low), bit_of(bits.low)},
                                     {fmt::format("bit_{:02}", bits.high), bit_of(bits.high)}}) {
        add(fmt::format("level_{}/legal/{}", level.level, id), field.cite,
            {entry_bits(level.level, mask, mask), allowed()});
        if (level.level == of_.levels.front().level)
          add("pointer/" + id, level.cite, {{Subject::sub_page_table_pointer, mask, mask}, allowed()});
      }
    }
  }

  void add_index(const spec::Level& level) {
    for (unsigned bit = level.index.low; bit <= level.index.high; ++bit)
      add(fmt::format("level_{}/index/bit_{:02}", level.level, bit), level.cite,
          {{Subject::gpa, mask_of(level.index), bit_of(bit)}, allowed()});
  }

  [[nodiscard]] Demand allowed() const { return result_is(static_cast<ept_result>(of_.permission.allowed)); }
  [[nodiscard]] Demand refused() const { return result_is(static_cast<ept_result>(of_.permission.refused)); }

  // Each part of a page, alone allowed at its first byte, or alone refused at its last.
  void add_parts() {
    const spec::SubPagePermission& permission = of_.permission;
    const ept_word index = mask_of(permission.index);
    const ept_word below = bit_of(permission.index.low) - 1;
    ept_word all = 0;
    for (ept_word part = 0; part <= index >> permission.index.low; ++part)
      all |= bit_of(permission.first + static_cast<unsigned>(part) * permission.step);
    for (ept_word part = 0; part <= index >> permission.index.low; ++part) {
      const ept_word here = bit_of(permission.first + static_cast<unsigned>(part) * permission.step);
      const ept_word first = part << permission.index.low;
      add(fmt::format("part_{:02}/allowed", part), permission.cite,
          {{Subject::gpa, index | below, first}, entry_bits(1, all, here), allowed()});
      add(fmt::format("part_{:02}/refused", part), permission.cite,
          {{Subject::gpa, index | below, first | below}, entry_bits(1, all, all & ~here), refused()});
    }
  }

  // What is wrong below an entry that ends the check does not count.
  void add_order() {
    for (const spec::Rule& rule : of_.rules) {
      for (const spec::Level& level : of_.levels) {
        if (!concerns(rule, level.formats.front()) || level.level == 1) continue;
        const ept_word none = ~ept_word{0};
        add(fmt::format("level_{}/{}/before_level_{}_is_zero", level.level, rule.id, level.level - 1), rule.cite,
            with(broken(rule, level.level), {entry_bits(level.level - 1, none, 0)}));
        add(fmt::format("level_{}/{}/before_level_{}_is_ones", level.level, rule.id, level.level - 1), rule.cite,
            with(broken(rule, level.level), {entry_bits(level.level - 1, none, none)}));
      }
    }
  }

  // Each bit of exit 66 as 1, as 0 and undefined, with each result.
  void add_qualification() {
    for (const spec::Rule& rule : of_.rules) {
      const spec::Level& level = *std::find_if(of_.levels.begin(), of_.levels.end(), [&](const spec::Level& one) {
        return concerns(rule, one.formats.front());
      });
      for (const spec::QualificationBit& bit : of_.qualification) {
        const ept_word mask = bit_of(bit.bit);
        const auto add_one = [&](const char* how, ept_word defined, ept_word value) {
          add(fmt::format("qualification/{}/{}/{}", bit.id, rule.id, how), bit.cite,
              with(broken(rule, level.level), {outcome_is("sub_page_qualification_defined", defined, mask),
                                               outcome_is("sub_page_qualification", value, mask)}));
        };
        add_one("is_1", mask, mask);
        add_one("is_0", mask, 0);
        add_one("undefined", 0, 0);
      }
    }
  }

  // A bit that is not always defined: as 1 with each attribute of the access and in each condition that it could be
  // taken to depend on, and undefined for each reason by itself.
  void add_circumstances(const spec::QualificationBit& bit) {
    const spec::Rule& rule = of_.rules.front();
    const ept_word mask = bit_of(bit.bit);
    const auto add_one = [&](const std::string& how, bool defined, const Demand& demand) {
      add(fmt::format("qualification/{}/{}", bit.id, how), bit.cite,
          {outcome_is("rules", bit_of(rule.bit)), outcome_is("sub_page_qualification", defined ? mask : 0, mask),
           outcome_is("sub_page_qualification_defined", defined ? mask : 0, mask), demand});
    };
    for (const spec::NamedBits& attribute : spec_.attributes) {
      const ept_word access = mask_of(attribute.bits);
      add_one("with_" + attribute.id, true, {Subject::access, access, access});
      if ((bits_named(spec_, *bit.undefined, spec::Word::access) & access) != 0)
        add_one("undefined/without_" + attribute.id, false, {Subject::access, access, 0});
    }
    for (std::size_t n = 0; n < spec_.conditions.size(); ++n) {
      if (spec_.conditions[n].stage == spec::Stage::configuration)
        add_one("in_" + spec_.conditions[n].id, true, holds(named(n)));
    }
  }

  // What the table says does not depend on the circumstances of the write.
  void add_accesses() {
    for (const spec::NamedBits& attribute : spec_.attributes) {
      const Demand access{Subject::access, mask_of(attribute.bits), mask_of(attribute.bits)};
      const spec::Rule& rule = of_.rules.front();
      add("access/allowed/" + attribute.id, of_.permission.cite, {access, allowed()});
      add(fmt::format("access/{}/{}", rule.id, attribute.id), rule.cite,
          {access, outcome_is("rules", bit_of(rule.bit))});
    }
  }

  const spec::Spec& spec_;
  const spec::SubPage& of_ = spec_.sub_page;
  int maxphyaddr_;
  Demand in_effect_;
  std::vector<Goal> goals_;
};

}  // namespace

std::vector<Goal> sub_page_goals(const spec::Spec& spec, int maxphyaddr) { return Maker(spec, maxphyaddr).make(); }

}  // namespace vectors
