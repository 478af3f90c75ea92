#include "model/controls/settings.h"

#include <algorithm>

namespace model {

namespace {

using spec::Register;

// The MSR behind a word that is chosen from several.
void choose(const spec::Spec& spec, const spec::Knowledge& msrs, Governed governed, Setting& setting) {
  const Register& chosen = spec.registers.at(register_at(setting.allowed_1->word));
  if (!chosen.derivation || chosen.derivation->choices.empty()) return;
  const std::vector<spec::Derivation::Choice>& choices = chosen.derivation->choices;
  const auto take = [&](const spec::Derivation::Choice& choice) {
    if (setting.allowed_0) setting.allowed_0->word = choice.word;
    setting.allowed_1->word = choice.word;
  };
  if (governed == Governed::by_plain_msrs) return take(choices.back());
  for (const spec::Derivation::Choice& choice : choices) {
    if (!choice.when) return take(choice);
    const spec::Truth holds = judge(spec, *choice.when, msrs);
    if (holds == spec::Truth::maybe) break;
    setting.because = choice.when;
    setting.holds = holds == spec::Truth::yes;
    if (setting.holds) return take(choice);
  }
  setting.allowed_0.reset();
  setting.allowed_1.reset();
}

Setting setting_of(const spec::Spec& spec, std::size_t n, const spec::Knowledge& msrs, Governed governed) {
  const Register& word = spec.registers[n];
  Setting setting;
  setting.word = spec::word_of_register(n);
  setting.allowed_0 = word.allowed_0;
  setting.allowed_1 = word.allowed_1;
  choose(spec, msrs, governed, setting);
  if (!setting.allowed_1) return setting;
  const std::optional<spec::Condition>& exists = spec.registers.at(register_at(setting.allowed_1->word)).exists;
  setting.absent = exists && judge(spec, *exists, msrs) == spec::Truth::no;
  const auto whole = [&](const spec::Operand& operand, std::uint64_t& value) {
    const spec::Partial known = value_of(spec, operand, msrs);
    value = known.value;
    return known.mask == mask_of(operand.bits) >> operand.bits.low;
  };
  setting.known =
      whole(*setting.allowed_1, setting.may) && (!setting.allowed_0 || whole(*setting.allowed_0, setting.must));
  return setting;
}

// The control itself, then the one that activates its word, the one that activates that, and so on.
std::vector<Control> with_activators(const spec::Spec& spec, Control control) {
  std::vector<Control> chain = {control};
  while (const std::optional<spec::Operand>& by = spec.registers.at(register_at(chain.back().word)).activated_by) {
    const Register& word = origin_of(spec, by->word);
    const auto field = std::ranges::find_if(
        word.fields, [&](const spec::Field& one) { return is_constant(one.bits) && bits_at(one.bits) == by->bits; });
    chain.push_back({word_of(spec, word.id), &*field});
  }
  return chain;
}

}  // namespace

std::vector<Setting> settings_of(const spec::Spec& spec, const spec::Knowledge& msrs, Governed governed) {
  std::vector<Setting> settings;
  for (std::size_t n = 0; n < spec.registers.size(); ++n) {
    if (spec.registers[n].role == spec::Role::control) settings.push_back(setting_of(spec, n, msrs, governed));
  }
  return settings;
}

std::string name_of(const spec::Spec& spec, const Control& control) {
  return spec.registers.at(register_at(control.word)).scope + "." + control.field->id;
}

std::vector<Control> controls_named(const spec::Spec& spec, const std::string& name) {
  std::vector<Control> found;
  for (std::size_t n = 0; n < spec.registers.size(); ++n) {
    if (spec.registers[n].role != spec::Role::control) continue;
    for (const spec::Field& field : spec.registers[n].fields) {
      const Control control{spec::word_of_register(n), &field};
      if (field.kind != spec::FieldKind::field) continue;
      if (name == name_of(spec, control) || name == field.id) found.push_back(control);
    }
  }
  const auto of_execution = [&](const Control& control) { return name_of(spec, control) == "control." + name; };
  if (std::ranges::count_if(found, of_execution) == 1) return {*std::ranges::find_if(found, of_execution)};
  return found;
}

ControlWords words_for(const spec::Spec& spec, const std::vector<Setting>& settings, const Wish& wish) {
  ControlWords words;
  for (const Setting& setting : settings) {
    if (setting.known) words.values[setting.word] = setting.must;
  }
  const auto may_be_1 = [&](const Control& control) {
    const auto of_word = std::ranges::find(settings, control.word, &Setting::word);
    return of_word->known && (of_word->may >> control.bit() & 1) == 1;
  };
  const auto add = [&](const std::vector<Control>& controls, std::vector<Refused>& refused) {
    for (const Control& control : controls) {
      const std::vector<Control> chain = with_activators(spec, control);
      const auto obstacle = std::ranges::find_if_not(chain, may_be_1);
      if (obstacle != chain.end()) {
        refused.push_back({control, *obstacle});
        continue;
      }
      for (const Control& one : chain) words.values[one.word] |= std::uint64_t{1} << one.bit();
    }
  };
  add(wish.required, words.missing);
  add(wish.wanted, words.left_out);
  return words;
}

}  // namespace model
