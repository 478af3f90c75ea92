#include "vectors/goals/situations.h"

#include <algorithm>

#include <fmt/format.h>

namespace vectors {

namespace {

constexpr int kFewestLevels = 4;
constexpr int kMostLevels = 5;

class SituationList {
 public:
  explicit SituationList(const spec::Spec& spec) : spec_(spec) {}

  void add_walks() {
    const spec::Citation& translation = spec_.results.at(EPT_TRANSLATED).cite;
    for (int level = kMostLevels; level >= 1; --level) {
      begin(fmt::format("not_present/level_{}", level));
      end_at(Ending::not_present, level, spec_.conditions.at(spec_.present).cite, {});
    }
    each_rule([&](const spec::Rule& rule, const spec::Format& format) {
      begin(fmt::format("misconfiguration/{}/{}", format.id, rule.id));
      end_at(Ending::misconfigured, format.level, rule.cite,
             {of_format(spec_, format), breaks_only(rule, format.level)});
    });
    for (const spec::Rule& rule : spec_.violations) {
      if (rule.stage == spec::ViolationStage::entry) continue;  // not present, above
      begin("violation/" + rule.id);
      const std::vector<Demand> alone = {result_is(EPT_VIOLATION), outcome_is("rules", bit_of(rule.bit))};
      if (rule.stage == spec::ViolationStage::before_walk)
        end_at(Ending::before_walk, 0, rule.cite, alone);
      else
        end_in_pages(rule.cite, alone);
    }
    begin("sub_page_check");
    end_in_pages(spec_.sub_page_check.cite, {result_is(EPT_SUB_PAGE_CHECK)});
    for (const spec::Format* page : page_formats(spec_)) {
      begin_good("translated/" + page->id);
      end_at(Ending::page, page->level, translation, {of_format(spec_, *page), result_is(EPT_TRANSLATED)});
    }
    kind_ = Situation::Kind::report;
    add_numbers("memory_type", translation);
    add_numbers("ignore_pat", translation);
    add_reports();
    for (const spec::Flag& flag : spec_.flags) add_flag(flag);
  }

  // Each entry of a walk is a case of its own.
  void add_entries() {
    for (int level = kMostLevels; level >= 1; --level) {
      begin(fmt::format("entry/not_present/level_{}", level));
      end_at(Ending::not_present, level, spec_.conditions.at(spec_.present).cite, {kind_is(level, EPT_NOT_PRESENT)});
    }
    each_rule([&](const spec::Rule& rule, const spec::Format& format) {
      begin(fmt::format("entry/misconfiguration/{}/{}", format.id, rule.id));
      end_at(Ending::misconfigured, format.level, rule.cite,
             {of_format(spec_, format), breaks_only(rule, format.level)});
    });
    for (const spec::Format& format : spec_.formats) {
      begin_good("entry/good/" + format.id);
      end_at(Ending::page, format.maps_page ? format.level : 1,
             spec_.entry_kinds.at(format.maps_page ? EPT_PAGE : EPT_TABLE).cite,
             {of_format(spec_, format), kind_is(format.level, format.maps_page ? EPT_PAGE : EPT_TABLE)});
    }
    for (Situation& situation : situations) {
      if (!situation.id.starts_with("entry/")) continue;
      for (Goal& goal : situation.goals) goal.question = Question::entry;
    }
  }

  void add_eptps() {
    for (const spec::Rule& rule : eptp_rules(spec_)) add_eptp("eptp/" + rule.id, rule.cite, bit_of(rule.bit));
    add_eptp("eptp/accepted", eptp_rules(spec_).front().cite, 0);
    situations.back().kind = Situation::Kind::good;
  }

  // What the sub-page permission table says of a write.
  void add_sub_pages() {
    const spec::SubPage& of = spec_.sub_page;
    const spec::Citation& permission = of.permission.cite;
    kind_ = Situation::Kind::rule;
    for (const spec::Level& level : of.levels) {
      for (const spec::Rule& rule : of.rules) {
        if (!concerns(rule, level.formats.front())) continue;
        begin(fmt::format("sub_page/level_{}/{}", level.level, rule.id));
        end_check_at(level.level, rule.cite, {outcome_is("rules", bit_of(rule.bit))});
      }
    }
    begin("sub_page/refused");
    end_check_at(1, permission, {result_is(static_cast<ept_result>(of.permission.refused))});
    begin_good("sub_page/allowed");
    end_check_at(1, permission, {result_is(static_cast<ept_result>(of.permission.allowed))});
    kind_ = Situation::Kind::report;
    for (const spec::QualificationBit& bit : of.qualification) {
      const ept_word here = bit_of(bit.bit);
      for (const bool set : {false, true}) {
        begin(fmt::format("sub_page/qualification/{}/{}", bit.id, set ? "set" : "clear"));
        for (const spec::Level& level : of.levels) {
          end_check_at(level.level, bit.cite,
                       {outcome_is("sub_page_qualification_defined", here, here),
                        outcome_is("sub_page_qualification", set ? here : 0, here)});
        }
      }
    }
  }

  std::vector<Situation> situations;

 private:
  void begin(std::string id) { situations.push_back({std::move(id), {}, kind_}); }

  void begin_good(std::string id) { situations.push_back({std::move(id), {}, Situation::Kind::good}); }

  void end_at(Ending ending, int last, const spec::Citation& cite, const std::vector<Demand>& demands) {
    int fewest = std::max(kFewestLevels, last);
    for (const Demand& demand : demands) fewest = std::max(fewest, demand.level);
    for (int levels = fewest; levels <= kMostLevels; ++levels) {
      Situation& situation = situations.back();
      situation.goals.push_back(walk_goal(situation.id, cite, levels, ending, last, demands));
    }
  }

  void end_check_at(int last, const spec::Citation& cite, std::vector<Demand> demands) {
    demands.push_back(outcome_is("level", static_cast<ept_word>(last)));
    Goal goal = walk_goal(situations.back().id, cite, kSubPageLevels, Ending::page, last, std::move(demands));
    goal.question = Question::sub_page;
    situations.back().goals.push_back(std::move(goal));
  }

  void end_in_pages(const spec::Citation& cite, const std::vector<Demand>& demands) {
    for (const spec::Format* page : page_formats(spec_)) end_at(Ending::page, page->level, cite, demands);
  }

  void end_in_violations(const spec::Citation& cite, std::vector<Demand> demands) {
    demands.push_back(result_is(EPT_VIOLATION));
    end_in_pages(cite, demands);
    for (int level = kMostLevels; level >= 1; --level) end_at(Ending::not_present, level, cite, demands);
    end_at(Ending::before_walk, 0, cite, demands);
  }

  template <class Visit>
  void each_rule(const Visit& visit) {
    for (const spec::Rule& rule : spec_.misconfigurations) {
      for (const std::size_t format : rule.formats) visit(rule, spec_.formats[format]);
    }
  }

  void add_numbers(const std::string& member, const spec::Citation& cite) {
    for (ept_word value = 0; value < (member == "ignore_pat" ? 2U : 8U); ++value) {
      begin(fmt::format("{}/{}", member, value));
      end_in_pages(cite, {result_is(EPT_TRANSLATED), outcome_is(member, value)});
    }
  }

  void add_reports() {
    for (const spec::QualificationBit& bit : spec_.qualification) {
      const ept_word here = bit_of(bit.bit);
      for (const bool set : {false, true}) {
        begin(fmt::format("qualification/{}/{}", bit.id, set ? "set" : "clear"));
        end_in_violations(bit.cite, {outcome_is("qualification_defined", here, here),
                                     outcome_is("qualification", set ? here : 0, here)});
      }
    }
    for (const ept_word convertible : {0U, 1U}) {
      begin(fmt::format("convertible/{}", convertible));
      end_in_violations(spec_.convertible.cite,
                        {outcome_is("convertible_defined", 1), outcome_is("convertible", convertible)});
    }
  }

  // Demanded or forbidden, of each level that has it; where the manual leaves it open, nothing shows.
  void add_flag(const spec::Flag& flag) {
    for (int level = kMostLevels; level >= 1; --level) {
      const ept_word here = bit_of(static_cast<unsigned>(level));
      for (const bool set : {false, true}) {
        begin(fmt::format("{}/level_{}/{}", flag.id, level, set ? "set" : "kept"));
        for (const spec::Format* page : page_formats(spec_)) {
          if (page->level > level) continue;
          std::vector<Demand> demands = {result_is(EPT_TRANSLATED), outcome_is(flag.id + "_must", set ? here : 0, here),
                                         outcome_is(flag.id + "_may", 0, here)};
          demands.back().level = level;  // in walks that have it
          end_at(Ending::page, page->level, flag.cite, demands);
        }
      }
    }
  }

  void add_eptp(const std::string& id, const spec::Citation& cite, ept_word rules) {
    begin(id);
    Goal goal = walk_goal(id, cite, 0, Ending::page, 0, {{Demand::Subject::eptp_rules, ~ept_word{0}, rules}});
    goal.question = Question::eptp;
    situations.back().goals.push_back(goal);
  }

  const spec::Spec& spec_;
  Situation::Kind kind_ = Situation::Kind::rule;
};

}  // namespace

std::vector<Situation> all_situations(const spec::Spec& spec) {
  SituationList list(spec);
  list.add_eptps();
  list.add_entries();
  list.add_walks();
  list.add_sub_pages();
  return std::move(list.situations);
}

}  // namespace vectors
