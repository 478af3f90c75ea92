// Mistakes in the walk and in what it reports: index bits, order of checks, flags, which formats a rule concerns, bits
// of the exit qualification, and what a walker makes of the entries it used.
#include <algorithm>

#include <fmt/format.h>

#include "vectors/mutants/mutant.h"

namespace vectors {

namespace {

using spec::Effect;
using spec::Spec;
using spec::WalkCheck;
using spec::Word;

using Change = std::function<void(Spec&)>;

using LevelsOf = std::function<std::vector<spec::Level>&(Spec&)>;

void add_levels(Mutants& mutants, const Spec& spec, const std::string& prefix, const std::vector<spec::Level>& levels,
                const LevelsOf& of_spec) {
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const spec::Level& level = levels[i];
    for (const auto& [how, high, low] : {std::tuple{"high_up", 1, 0},
                                         {"high_down", -1, 0},
                                         {"low_up", 0, 1},
                                         {"low_down", 0, -1},
                                         {"up", 1, 1},
                                         {"down", -1, -1},
                                         {"as_above", 9, 9},
                                         {"as_below", -9, -9}}) {
      const spec::Bits bits = {level.index.high + static_cast<unsigned>(high),
                               level.index.low + static_cast<unsigned>(low)};
      const bool no_address_bits = low == 0 && static_cast<int>(level.index.high) > spec.max_maxphyaddr;
      if (bits.high > 63 || no_address_bits) continue;
      mutants.push_back({fmt::format("{}/{}/{}", prefix, level.level, how), "index",
                         fmt::format("{}: the index of level {} is bits {}:{}", to_string(level.place), level.level,
                                     bits.high, bits.low),
                         [of_spec, i, bits](Spec& of) { of_spec(of).at(i).index = bits; }});
    }
  }
}

void add_order(Mutants& mutants, const Spec& spec) {
  const auto add = [&](const char* how, const std::string& what, std::vector<WalkCheck> entry,
                       std::vector<WalkCheck> complete) {
    mutants.push_back({fmt::format("order/{}", how), "order",
                       fmt::format("SDM {}: {}", to_string(spec.order.cite), what),
                       [entry = std::move(entry), complete = std::move(complete)](Spec& of) {
                         of.order.each_entry = entry;
                         of.order.complete_walk = complete;
                       }});
  };
  const auto [absent, wrong, refused] =
      std::tuple{WalkCheck::not_present, WalkCheck::misconfiguration, WalkCheck::permissions};
  add("misconfiguration_first", "misconfiguration is judged before presence", {wrong, absent}, {refused});
  add("permissions_last", "permissions are judged entry by entry, after the rest", {absent, wrong, refused}, {});
  add("permissions_second", "permissions are judged entry by entry, before misconfiguration", {absent, refused, wrong},
      {});
  add("permissions_first", "permissions are judged entry by entry, before the rest", {refused, absent, wrong}, {});
  add("no_misconfiguration", "misconfiguration is not judged", {absent}, {refused});
  add("no_presence", "presence is not judged", {wrong}, {refused});
  add("no_permissions", "permissions are not judged", {absent, wrong}, {});
}

void add_flag(Mutants& mutants, const spec::Flag& flag, std::size_t i) {
  using Member = Effect spec::Flag::*;
  const auto add = [&](const std::string& how, const std::string& what, const Change& change) {
    mutants.push_back({fmt::format("flag/{}/{}", flag.id, how), "flag",
                       fmt::format("{}: '{}' {}", to_string(flag.place), flag.id, what), change});
  };
  for (const auto& [member, when] : {std::pair<Member, const char*>{&spec::Flag::on_success, "on_success"},
                                     {&spec::Flag::on_violation, "on_violation"},
                                     {&spec::Flag::on_misconfiguration, "on_misconfiguration"}}) {
    for (const auto& [effect, name] :
         {std::pair{Effect::never, "never"}, {Effect::may, "may"}, {Effect::must, "must"}}) {
      if (effect != flag.*member)
        add(fmt::format("{}/{}", when, name), fmt::format("{} be set {}", name, when),
            [i, m = member, e = effect](Spec& of) { of.flags.at(i).*m = e; });
    }
  }
  add("levels", fmt::format("is set in {}", flag.leaf_only ? "every entry" : "the leaf only"),
      [i](Spec& of) { of.flags.at(i).leaf_only = !of.flags.at(i).leaf_only; });
  for (const unsigned bit : {flag.bits.low + 1, flag.bits.low - 1})
    add(fmt::format("bit_{}", bit), fmt::format("is bit {}", bit), [i, bit](Spec& of) {
      of.flags.at(i).bits = {bit, bit};
    });
}

// A rule concerns a format less, or one more.
void add_formats_of_rules(Mutants& mutants, const Spec& spec) {
  for (std::size_t r = 0; r < spec.misconfigurations.size(); ++r) {
    const spec::Rule& rule = spec.misconfigurations[r];
    for (std::size_t f = 0; f < spec.formats.size(); ++f) {
      const bool concerned = std::find(rule.formats.begin(), rule.formats.end(), f) != rule.formats.end();
      mutants.push_back({fmt::format("misconfiguration/{}/formats/{}", rule.id, spec.formats[f].id), "formats",
                         fmt::format("{}: '{}' {} {}", to_string(rule.place), rule.id,
                                     concerned ? "does not concern" : "also concerns", spec.formats[f].id),
                         [r, f, concerned](Spec& of) {
                           auto& formats = of.misconfigurations.at(r).formats;
                           if (concerned)
                             std::erase(formats, f);
                           else
                             formats.push_back(f);
                         }});
    }
  }
}

Change replace_word(Word from, Word to) {
  return [from, to](Spec& of) {
    for (const Site& site : sites(of)) {
      for_each_part(site.at(of), [&](spec::Condition& part) {
        if (part.word == from) part.word = to;
      });
    }
  };
}

void add_walkers(Mutants& mutants) {
  const auto add = [&](const std::string& how, const std::string& what, const Change& change, model::Combine combine) {
    mutants.push_back({"walker/" + how, "walker", "every rule of the walk: " + what, change, combine});
  };
  const auto every = model::Combine::every;
  add("all_is_leaf", "permissions of the leaf only", replace_word(Word::all, Word::leaf), every);
  add("all_is_nonleaf", "permissions of the entries above the leaf only", replace_word(Word::all, Word::nonleaf),
      every);
  add("nonleaf_is_all", "the leaf counts as one of those above it", replace_word(Word::nonleaf, Word::all), every);
  add("leaf_is_all", "what the leaf must have every entry must have", replace_word(Word::leaf, Word::all), every);
  const Change none = [](Spec&) {};
  add("root_only", "permissions of the root only", none, model::Combine::first);
  add("last_only", "permissions of the last entry of each kind only", none, model::Combine::last);
  add("or", "some entry has the permission", none, model::Combine::any);
}

using Qualification = std::vector<spec::QualificationBit>;
using QualificationOf = std::function<Qualification&(Spec&)>;

void add_qualification(Mutants& mutants, const spec::QualificationBit& bit, std::size_t i,
                       const QualificationOf& bits_of) {
  const auto add = [&](const char* how, const std::string& what, const Change& change) {
    mutants.push_back({fmt::format("qualification/{}/{}", bit.id, how), "qualification",
                       fmt::format("{}: '{}' {}", to_string(bit.place), bit.id, what), change});
  };
  if (bit.undefined) {
    add("always_defined", "is never undefined", [=](Spec& of) { bits_of(of).at(i).undefined.reset(); });
  } else {
    add("never_defined", "is undefined", [=](Spec& of) {
      bits_of(of).at(i).undefined = spec::Condition{};  // all of nothing holds
    });
  }
  add("removed", "is not there",
      [=](Spec& of) { bits_of(of).erase(bits_of(of).begin() + static_cast<std::ptrdiff_t>(i)); });
  for (const int by : {1, -1}) {
    if (bit.bit == 0 && by < 0) continue;
    const unsigned to = bit.bit + static_cast<unsigned>(by);
    add(by > 0 ? "up" : "down", fmt::format("is bit {}, which changes places with it", to), [=](Spec& of) {
      const unsigned from = bits_of(of).at(i).bit;
      for (spec::QualificationBit& other : bits_of(of)) {
        if (other.bit == to) other.bit = from;
      }
      bits_of(of).at(i).bit = to;
    });
  }
}

// What a rule of the sub-page check comes to, which formats it concerns, and which bit of the vector decides.
void add_sub_page(Mutants& mutants, const Spec& spec) {
  const auto add = [&](const std::string& id, const spec::Place& place, const std::string& what, const Change& change) {
    mutants.push_back({"sub_page/" + id, "sub_page", fmt::format("{}: {}", to_string(place), what), change});
  };
  for (std::size_t r = 0; r < spec.sub_page.rules.size(); ++r) {
    const spec::Rule& rule = spec.sub_page.rules[r];
    add(rule.id + "/removed", rule.place, fmt::format("'{}' is not there", rule.id),
        [r](Spec& of) { of.sub_page.rules.erase(of.sub_page.rules.begin() + static_cast<std::ptrdiff_t>(r)); });
    for (const spec::Rule& other : spec.sub_page.rules) {
      if (other.result == rule.result || (&other - spec.sub_page.rules.data()) > 1) continue;
      add(fmt::format("{}/{}", rule.id, spec.results.at(other.result).id), rule.place,
          fmt::format("'{}' comes to {}", rule.id, spec.results.at(other.result).id),
          [r, result = other.result](Spec& of) { of.sub_page.rules.at(r).result = result; });
    }
    for (std::size_t f = 0; f < spec.sub_page.formats.size(); ++f) {
      if (std::find(rule.formats.begin(), rule.formats.end(), f) != rule.formats.end()) continue;
      add(fmt::format("{}/formats/{}", rule.id, spec.sub_page.formats[f].id), rule.place,
          fmt::format("'{}' also concerns {}", rule.id, spec.sub_page.formats[f].id),
          [r, f](Spec& of) { of.sub_page.rules.at(r).formats.push_back(f); });
    }
  }
  using Permission = spec::SubPagePermission;
  const auto change = [&](const char* how, const std::string& what, const std::function<void(Permission&)>& edit) {
    add(fmt::format("permission/{}", how), spec.sub_page.permission.place, what,
        [edit](Spec& of) { edit(of.sub_page.permission); });
  };
  change("inverted", "a bit that is 1 forbids", [](Permission& of) { std::swap(of.allowed, of.refused); });
  change("always_allowed", "each write is allowed", [](Permission& of) { of.refused = of.allowed; });
  change("always_refused", "each write is refused", [](Permission& of) { of.allowed = of.refused; });
  change("odd_bits", "the odd bits decide", [](Permission& of) { of.first = 1; });
  change("every_bit", "bits 31:0 decide", [](Permission& of) { of.step = 1; });
  change("index_up", "the index is one bit higher", [](Permission& of) {
    of.index = {of.index.high + 1, of.index.low + 1};
  });
  change("index_down", "the index is one bit lower", [](Permission& of) {
    of.index = {of.index.high - 1, of.index.low - 1};
  });
}

}  // namespace

Mutants walk_mutants(const Spec& spec) {
  Mutants mutants;
  add_levels(
      mutants, spec, "level", spec.levels, [](Spec & of) -> auto& { return of.levels; });
  add_levels(
      mutants, spec, "sub_page_level", spec.sub_page.levels, [](Spec & of) -> auto& { return of.sub_page.levels; });
  add_order(mutants, spec);
  for (std::size_t i = 0; i < spec.flags.size(); ++i) add_flag(mutants, spec.flags[i], i);
  add_formats_of_rules(mutants, spec);
  add_walkers(mutants);
  return mutants;
}

Mutants report_mutants(const Spec& spec) {
  Mutants mutants;
  for (std::size_t i = 0; i < spec.qualification.size(); ++i)
    add_qualification(mutants, spec.qualification[i], i, [](Spec& of) -> Qualification& { return of.qualification; });
  for (std::size_t i = 0; i < spec.sub_page.qualification.size(); ++i)
    add_qualification(mutants, spec.sub_page.qualification[i], i,
                      [](Spec& of) -> Qualification& { return of.sub_page.qualification; });
  add_sub_page(mutants, spec);
  for (std::size_t v = 0; v < spec.violations.size(); ++v) {
    if (v == spec.sub_page_check.only) continue;
    mutants.push_back({"sub_page_check/only/" + spec.violations[v].id, "sub_page",
                       fmt::format("{}: the rule that may be broken is '{}'", to_string(spec.sub_page_check.place),
                                   spec.violations[v].id),
                       [v](Spec& of) { of.sub_page_check.only = v; }});
  }
  return mutants;
}

}  // namespace vectors
