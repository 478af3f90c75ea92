#include "harness/cli/controls_text.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cli {

namespace {

using Json = nlohmann::ordered_json;
using model::Setting;

constexpr std::size_t kColumns = 100;

const spec::Register& register_of(const spec::Spec& spec, spec::Word word) {
  return spec.registers.at(register_at(word));
}

std::string hexadecimal(const spec::Register& word, std::uint64_t value) {
  return fmt::format("0x{:0{}x}", value, word.width / 4);
}

std::string encoding(const spec::Register& word) { return fmt::format("{:04X}H", word.vmcs.value_or(0)); }

struct Groups {
  std::uint64_t must_be_1, may_be_1, must_be_0;
};

Groups groups_of(const spec::Spec& spec, const Setting& setting) {
  const std::uint64_t all = spec::mask_of({register_of(spec, setting.word).width - 1, 0});
  return {setting.must, setting.may & ~setting.must, all & ~setting.may & ~setting.must};
}

// "2 interrupt_window_exiting"; bits without a name as ranges, "6:4".
std::vector<std::string> items_of(const spec::Register& word, std::uint64_t group) {
  std::vector<std::string> items;
  for (const spec::Field& field : word.fields) {
    const spec::Bits bits = bits_at(field.bits);
    for (unsigned low = bits.low; low <= bits.high; ++low) {
      if ((group >> low & 1) == 0) continue;
      unsigned high = low;
      while (high < bits.high && (group >> (high + 1) & 1) == 1) ++high;
      std::string item = high == low ? fmt::format("{}", low) : fmt::format("{}:{}", high, low);
      if (field.kind == spec::FieldKind::field) item += " " + field.id;
      items.push_back(std::move(item));
      low = high;
    }
  }
  return items;
}

std::string wrapped(const std::string& label, const std::vector<std::string>& items) {
  std::string text;
  std::string line = fmt::format("  {:<11}", label);
  const std::string indent(line.size(), ' ');
  for (std::size_t n = 0; n < items.size(); ++n) {
    const std::string item = items[n] + (n + 1 < items.size() ? "," : "");
    if (line.size() + 1 + item.size() > kColumns && line != indent) {
      text += line + "\n";
      line = indent;
    }
    line += " " + item;
  }
  return text + line + (items.empty() ? " -\n" : "\n");
}

// Why the MSR governs the word; empty where there is no other.
std::string because(const spec::Spec& spec, const Setting& setting) {
  if (!setting.because) return "";
  const spec::Condition& bit = *setting.because;
  return fmt::format("bit {} of {} is {}", bit.bits.low, register_of(spec, bit.word).title, setting.holds ? 1 : 0);
}

std::string setting_text(const spec::Spec& spec, const Setting& setting) {
  const spec::Register& word = register_of(spec, setting.word);
  std::string text = fmt::format("{} (VMCS {})", word.id, encoding(word));
  if (!setting.allowed_1) return text + ": not known, the MSR that says which MSR governs it was not given\n";
  text += " by " + register_of(spec, setting.allowed_1->word).title;
  if (!setting.known) return text + ", which was not given\n";
  if (setting.absent) return text + ", which does not exist: every control must be 0\n";
  const std::string why = because(spec, setting);
  const Groups groups = groups_of(spec, setting);
  return text + (why.empty() ? "\n" : ", because " + why + "\n") +
         wrapped("must be 1:", items_of(word, groups.must_be_1)) +
         wrapped("may be 1:", items_of(word, groups.may_be_1)) +
         wrapped("must be 0:", items_of(word, groups.must_be_0));
}

// "bit 33 of IA32_VMX_PROCBASED_CTLS2 (MSR 48BH) is 0".
std::string obstacle(const spec::Spec& spec, const ControlsAnswer& answer, const model::Control& control) {
  const Setting& setting = *std::ranges::find(answer.all, control.word, &Setting::word);
  if (!setting.allowed_1) return "it is not known which MSR governs it";
  const std::string& msr = register_of(spec, setting.allowed_1->word).title;
  if (!setting.known) return msr + " was not given";
  if (setting.absent) return msr + " does not exist";
  return fmt::format("bit {} of {} is 0", setting.allowed_1->bits.low + control.bit(), msr);
}

std::string refused_text(const spec::Spec& spec, const ControlsAnswer& answer, const model::Refused& refused) {
  const auto place = [&](const model::Control& control) {
    const spec::Register& word = register_of(spec, control.word);
    return fmt::format("{} ({} bit {}, VMCS {})", name_of(spec, control), word.id, control.bit(), encoding(word));
  };
  std::string text = place(refused.control);
  if (refused.because.field != refused.control.field) text += " needs " + place(refused.because);
  return text + ": " + obstacle(spec, answer, refused.because);
}

std::string refused_list(const spec::Spec& spec, const ControlsAnswer& answer, const char* what,
                         const std::vector<model::Refused>& list) {
  std::string text;
  for (const model::Refused& refused : list) text += fmt::format("{}: {}\n", what, refused_text(spec, answer, refused));
  return text;
}

std::string rules_text(const char* what, const std::vector<model::BrokenRule>& rules, const char* none) {
  if (rules.empty()) return fmt::format("{}: {}\n", what, none);
  std::string text;
  for (const model::BrokenRule& broken : rules) {
    text += fmt::format("{}: {}: {}\n  rule {} of {}; {}\n", what, broken.ending->id, broken.rule->text,
                        broken.rule->id, broken.check->id, to_string(broken.rule->cite));
    if (!broken.rule->reason.empty()) text += fmt::format("  {}\n", broken.rule->reason);
  }
  return text;
}

Json controls_of(const spec::Register& word, std::uint64_t group) {
  Json list = Json::array();
  for (const spec::Field& field : word.fields) {
    const spec::Bits bits = bits_at(field.bits);
    for (unsigned bit = bits.low; bit <= bits.high; ++bit) {
      if ((group >> bit & 1) == 0) continue;
      Json control = {{"bit", bit}};
      if (field.kind == spec::FieldKind::field) control["name"] = field.id;
      list.push_back(std::move(control));
    }
  }
  return list;
}

Json setting_json(const spec::Spec& spec, const ControlsAnswer& answer, const Setting& setting) {
  const spec::Register& word = register_of(spec, setting.word);
  Json json = {{"id", word.id}, {"vmcs", encoding(word)}};
  if (setting.allowed_1) json["msr"] = register_of(spec, setting.allowed_1->word).id;
  if (setting.because) json["because"] = because(spec, setting);
  json["known"] = setting.known;
  if (!setting.known) return json;
  const Groups groups = groups_of(spec, setting);
  json["must_be_1"] = controls_of(word, groups.must_be_1);
  json["may_be_1"] = controls_of(word, groups.may_be_1);
  json["must_be_0"] = controls_of(word, groups.must_be_0);
  if (answer.words) json["value"] = hexadecimal(word, answer.words->values.at(setting.word));
  return json;
}

Json refused_json(const spec::Spec& spec, const ControlsAnswer& answer, const std::vector<model::Refused>& list) {
  Json json = Json::array();
  for (const model::Refused& refused : list) {
    json.push_back({{"name", name_of(spec, refused.control)},
                    {"refused", name_of(spec, refused.because)},
                    {"because", obstacle(spec, answer, refused.because)}});
  }
  return json;
}

Json rules_json(const std::vector<model::BrokenRule>& rules) {
  Json json = Json::array();
  for (const model::BrokenRule& broken : rules) {
    json.push_back({{"check", broken.check->id},
                    {"rule", broken.rule->id},
                    {"outcome", broken.ending->id},
                    {"text", broken.rule->text},
                    {"cite", to_string(broken.rule->cite)}});
  }
  return json;
}

}  // namespace

std::string controls_text(const spec::Spec& spec, const ControlsAnswer& answer) {
  std::string text;
  for (const Setting& setting : answer.settings) text += setting_text(spec, setting);
  if (answer.words) {
    for (const Setting& setting : answer.settings) {
      const spec::Register& word = register_of(spec, setting.word);
      if (setting.known)
        text += fmt::format("computed: {} = {}\n", word.id, hexadecimal(word, answer.words->values.at(setting.word)));
    }
    text += refused_list(spec, answer, "left out", answer.words->left_out);
    text += refused_list(spec, answer, "missing", answer.words->missing);
    const bool all_known = std::ranges::all_of(answer.all, &Setting::known);
    text += rules_text("VM entry", answer.vm_entry,
                       all_known ? "no rule on the controls alone is broken"
                                 : "no rule on the controls alone is broken by the words that are known");
  }
  return text + rules_text("MSR values", answer.msr_values, "nothing is impossible or unusual");
}

std::string controls_json(const spec::Spec& spec, const ControlsAnswer& answer) {
  Json json = {{"words", Json::array()}};
  for (const Setting& setting : answer.settings) json["words"].push_back(setting_json(spec, answer, setting));
  if (answer.words) {
    json["left_out"] = refused_json(spec, answer, answer.words->left_out);
    json["missing"] = refused_json(spec, answer, answer.words->missing);
    json["vm_entry"] = rules_json(answer.vm_entry);
  }
  json["msr_values"] = rules_json(answer.msr_values);
  return json.dump() + "\n";
}

}  // namespace cli
