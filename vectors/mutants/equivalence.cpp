#include "vectors/mutants/equivalence.h"

#include <memory>

#include <fmt/format.h>

#include "model/smt/meaning.h"
#include "vectors/format/names.h"
#include "vectors/generate/canonical.h"
#include "vectors/generate/formula.h"

namespace vectors {

namespace {

// What one question asks: the terms of both specifications, and the entry that it is about.
struct Asked {
  Question question = Question::eptp;
  int level = 0;
  model::Terms terms;
};

// What an implementation shows, and what it reads.
model::Terms shown(const model::Terms& outcome, int levels) {
  model::Terms terms;
  const auto add = [&](const std::string& name) { terms.push_back({name, model::value_of(outcome, name).simplify()}); };
  add("result");
  for (const ept_outcome_member& member : ept_outcome_members) {
    if (member.reported) add(member.name);
  }
  for (int level = levels; level >= 1; --level) add(fmt::format("address_{}", level));
  return terms;
}

std::vector<Asked> questions(z3::context& context, const spec::Spec& spec, const model::Inputs& inputs) {
  model::Meaning meaning(context, spec, inputs);
  const z3::expr rules = model::value_of(meaning.eptp_check(), "rules");
  const z3::expr zero = model::word(context, 0);
  const z3::expr one = model::word(context, 1);
  std::vector<Asked> list = {{Question::eptp, 0, {{"refused", z3::ite(rules != zero, one, zero).simplify()}}}};
  for (const spec::Level& level : spec.levels) {
    const model::Terms entry = meaning.classify(level.level, inputs.entry(level.level));
    list.push_back({Question::entry, level.level, {{"kind", model::value_of(entry, "kind").simplify()}}});
  }
  list.push_back({Question::sub_page, 0, shown(meaning.sub_page_check(), kSubPageLevels)});
  list.push_back({Question::walk, 0, shown(meaning.walk(), 5)});
  return list;
}

class Equivalence {
 public:
  explicit Equivalence(const spec::Spec& of)
      : spec_(of), inputs_(context_, of), original_(questions(context_, of, inputs_)) {}

  Comparison compare(const spec::Spec& changed) {
    try {
      Comparison result{Comparison::Answer::equal};
      const auto other = questions(context_, changed, inputs_);
      for (std::size_t i = 0; i < other.size(); ++i) {
        const Asked& asked = original_[i];
        const z3::expr difference = model::differ(asked.terms, other[i].terms).simplify();
        if (difference.is_false()) continue;
        const Comparison found = ask(asked, difference);
        const bool better = result.verdict == Comparison::Answer::equal || result.profile.empty();
        if (found.verdict != Comparison::Answer::equal && better) result = found;
        if (!result.profile.empty()) break;
      }
      return result;
    } catch (const z3::exception& error) {
      return {Comparison::Answer::unknown, std::nullopt, "", error.msg()};
    }
  }

 private:
  [[nodiscard]] z3::expr number(ept_word value) { return model::word(context_, value); }

  // A configuration with EPT, and for entries and walks an EPTP that is accepted, of enough levels.
  z3::expr configuration(const Asked& asked) {
    z3::expr given = model::width_in_range(spec_, inputs_.configuration);
    for (const Controls& controls : kControls) {
      const z3::expr on = number(controls.enabled);
      given = given && (inputs_.configuration.at(controls.number) & on) == on;
    }
    if (asked.question == Question::eptp) return given;
    if (asked.level == 5) given = given && model::Meaning(context_, spec_, inputs_).five_levels();
    return given && model::value_of(original_.front().terms, "refused") == number(0);
  }

  // Two entries at one address are one word (fits_memory). An entry that is not read does not matter: it can be what
  // lies there.
  z3::expr one_memory() {
    model::Meaning meaning(context_, spec_, inputs_);
    const z3::expr five = meaning.five_levels();
    const auto width = static_cast<unsigned>(spec_.max_maxphyaddr);
    const ept_word words = (ept_word{1} << width) - sizeof(ept_word);  // in the first 2^52 bytes
    std::vector<z3::expr> addresses;                                   // from level 5 down
    z3::expr table = inputs_.eptp();
    for (int level = 5; level >= 1; --level) {
      model::Progress at{level, table, table, table, table, table, table, table};
      addresses.push_back((meaning.entry_address(at, inputs_.gpa) & number(words)).simplify());
      table = level == 5 ? z3::ite(five, inputs_.entry(5), inputs_.eptp()) : inputs_.entry(level);
    }
    z3::expr_vector parts(context_);
    for (int a = 5; a > 1; --a) {
      for (int b = a - 1; b >= 1; --b) {
        const z3::expr apart =
            addresses.at(static_cast<std::size_t>(5 - a)) != addresses.at(static_cast<std::size_t>(5 - b));
        const z3::expr one = apart || inputs_.entry(a) == inputs_.entry(b);
        parts.push_back(a == 5 ? !five || one : one);
      }
    }
    return model::all_of(parts);
  }

  // The check is one to which a walk comes, at an address of 48 bits; its memory is one likewise.
  z3::expr checked() {
    model::Meaning meaning(context_, spec_, inputs_);
    Case nothing;
    nothing.question = Question::sub_page;
    model::Progress progress = meaning.begin(kSubPageLevels);
    const Case walk = walk_to_sub_page_check(nothing);
    for (std::size_t n = 0; n < walk.entries.size(); ++n)
      progress = meaning.use(progress, number(walk.entries[n]), n + 1 == walk.entries.size());
    const model::Terms come_to = meaning.conclude(progress, model::Ending::page, inputs_.gpa, inputs_.access);
    z3::expr given = model::value_of(come_to, "result") == number(EPT_SUB_PAGE_CHECK) &&
                     z3::ult(inputs_.gpa, number(ept_word{1} << 48)) && !meaning.five_levels();
    // Tables that lie apart are one memory.
    z3::expr_vector tables(context_);
    tables.push_back(inputs_.sub_page_pointer().extract(51, 12));
    for (int level = kSubPageLevels; level > 1; --level) tables.push_back(inputs_.entry(level).extract(51, 12));
    return given && z3::distinct(tables);
  }

  z3::expr of_profile(const spec::Profile& profile) {
    const auto& has = inputs_.configuration;
    z3::expr of = has.maxphyaddr == number(static_cast<ept_word>(profile.maxphyaddr));
    for (const ept_register n : ept_configuration_registers) {
      const bool is_control = spec_.registers.at(n).role == spec::Role::control;
      const ept_word value = profile.registers.at(n);
      of = of && (is_control ? (has.at(n) & number(~value)) == number(0) : has.at(n) == number(value));
    }
    return of;
  }

  z3::expr given(const Asked& asked) {
    z3::expr configured = configuration(asked);
    if (asked.question == Question::sub_page) return configured && usual_access(spec_, inputs_.access) && checked();
    if (asked.question != Question::walk) return configured;
    return configured && usual_access(spec_, inputs_.access) && one_memory() &&
           z3::ult(inputs_.gpa, number(ept_word{1} << spec_.max_maxphyaddr));
  }

  [[nodiscard]] Case case_of(const Asked& asked, const z3::model& found) const {
    const auto value = [&](const z3::expr& word) { return found.eval(word, true).get_numeral_uint64(); };
    const auto& has = inputs_.configuration;
    Case made;
    made.question = asked.question;
    made.registers.maxphyaddr = value(has.maxphyaddr);
    for (const ept_register n : ept_configuration_registers) *ept_register_word(&made.registers, n) = value(has.at(n));
    made.registers.eptp = value(inputs_.eptp());
    made.level = asked.level;
    if (asked.question == Question::entry) made.entries = {value(inputs_.entry(asked.level))};
    if (!has_outcome(asked.question)) return made;
    made.registers.sub_page_table_pointer =
        asked.question == Question::sub_page ? value(inputs_.sub_page_pointer()) : 0;
    made.level = (made.registers.eptp >> 3 & 7) == 4 ? 5 : 4;
    made.guest_physical_address = value(inputs_.gpa);
    made.access = value(inputs_.access);
    for (int level = made.level; level >= 1; --level) made.entries.push_back(value(inputs_.entry(level)));
    return made;
  }

  // The solver's answer for any processor, then, to say which, for each profile.
  Comparison ask(const Asked& asked, const z3::expr& difference) {
    z3::solver solver = quick_solver(context_);
    solver.add(given(asked) && difference);
    const z3::check_result anywhere = solver.check();
    if (anywhere == z3::unsat) return {Comparison::Answer::equal};
    if (anywhere == z3::unknown) return {Comparison::Answer::unknown, std::nullopt, "", solver.reason_unknown()};
    Comparison somewhere{Comparison::Answer::differ, case_of(asked, solver.get_model())};
    for (const spec::Profile& profile : spec_.profiles) {
      solver.push();
      solver.add(of_profile(profile));
      if (solver.check() == z3::sat)
        return {Comparison::Answer::differ, case_of(asked, solver.get_model()), profile.id};
      solver.pop();
    }
    return somewhere;
  }

  const spec::Spec& spec_;
  z3::context context_;
  model::Inputs inputs_;
  std::vector<Asked> original_;
};

}  // namespace

std::function<Comparison(const spec::Spec&)> comparer(const spec::Spec& spec) {
  return [one = std::make_shared<Equivalence>(spec)](const spec::Spec& changed) { return one->compare(changed); };
}

}  // namespace vectors
