#include "harness/report/capabilities.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace harness {

namespace {

using vectors::json_text;
using vectors::Object;

constexpr std::size_t kColumns = 100;

// ,"NAME":[A,B], each element by `of`.
template <class List, class Of>
std::string list_of(const char* name, const std::string& indent, const List& list, Of of) {
  std::string text;
  for (const auto& one : list) text += (text.empty() ? "" : ",") + of(one);
  return fmt::format(",\n{} \"{}\":[{}]", indent, name, text);
}

std::string named_json(const Capabilities::Named& one) {
  return fmt::format(R"({{"name":{},"value":{}}})", json_text(one.name), one.value);
}

std::string remark_json(const Capabilities::Remark& one) {
  return fmt::format(R"({{"rule":{},"outcome":{},"text":{},"cite":{}}})", json_text(one.rule), json_text(one.outcome),
                     json_text(one.text), json_text(one.cite));
}

std::vector<Capabilities::Named> named_from(Object& from, const char* name) {
  std::vector<Capabilities::Named> list;
  for (Object& one : from.objects(name)) list.push_back({one.text("name", true), one.number("value")});
  return list;
}

// "; 3 rules ask for one that is not known".
std::string not_judged_text(const Capabilities& of) {
  const std::size_t number = of.not_judged.size();
  if (number == 0) return {};
  return number == 1 ? "; 1 rule asks for one that is not known"
                     : fmt::format("; {} rules ask for one that is not known", number);
}

// Of a VM-execution control without its scope.
std::string short_name(const std::string& name) {
  constexpr std::string_view kScope = "control.";
  return name.starts_with(kScope) ? name.substr(kScope.size()) : name;
}

// The names of what is there; of a number also which.
std::vector<std::string> names_of(const std::vector<Capabilities::Named>& list) {
  std::vector<std::string> names;
  for (const Capabilities::Named& one : list) {
    const std::string name = short_name(one.name);
    if (one.value != 0) names.push_back(one.value == 1 ? name : fmt::format("{} {}", name, one.value));
  }
  return names;
}

// The names behind the label, with lines of at most kColumns.
std::string wrapped(const std::string& label, const std::vector<std::string>& names) {
  std::string text;
  std::string line = "  " + label;
  for (std::size_t n = 0; n < names.size(); ++n) {
    const std::string name = " " + names[n] + (n + 1 < names.size() ? "," : "");
    if (line.size() + name.size() > kColumns) {
      text += line + "\n";
      line = "   ";
    }
    line += name;
  }
  return text + line + (names.empty() ? " none\n" : "\n");
}

// Of all targets, each once. They come from one specification, so that one order holds for all.
template <class List, class KeyOf>
auto keys_of(const std::vector<const Capabilities*>& targets, const List Capabilities::*list, KeyOf key_of) {
  std::vector<decltype(key_of(typename List::value_type()))> keys;
  for (const Capabilities* const target : targets) {
    if (target == nullptr) continue;
    for (const auto& one : target->*list) {
      if (std::ranges::find(keys, key_of(one)) == keys.end()) keys.push_back(key_of(one));
    }
  }
  return keys;
}

using Rows = std::vector<std::vector<std::string>>;

// A cell for each target, "?" for one that has not told.
template <class CellOf>
void add_row(Rows& rows, const std::vector<const Capabilities*>& targets, std::string kind, std::string name,
             CellOf cell_of) {
  rows.push_back({std::move(kind), std::move(name)});
  for (const Capabilities* const target : targets) rows.back().push_back(target == nullptr ? "?" : cell_of(*target));
}

void add_named(Rows& rows, const std::vector<const Capabilities*>& targets, const char* kind,
               std::vector<Capabilities::Named> Capabilities::*list) {
  for (const std::string& name : keys_of(targets, list, [](const Capabilities::Named& one) { return one.name; })) {
    add_row(rows, targets, kind, short_name(name), [&](const Capabilities& target) -> std::string {
      const auto found = std::ranges::find(target.*list, name, &Capabilities::Named::name);
      if (found == (target.*list).end()) return "?";
      if (found->value > 1) return std::to_string(found->value);
      return found->value == 1 ? "yes" : "no";
    });
  }
}

void add_msrs(Rows& rows, const std::vector<const Capabilities*>& targets) {
  auto keys = keys_of(targets, &Capabilities::msrs,
                      [](const Capabilities::Msr& one) { return std::pair(one.number, one.name); });
  std::ranges::sort(keys);
  for (const auto& key : keys) {
    add_row(rows, targets, "MSR", fmt::format("{:X}H {}", key.first, key.second), [&](const Capabilities& target) {
      const auto found = std::ranges::find(target.msrs, key.first, &Capabilities::Msr::number);
      return found == target.msrs.end() ? "-" : fmt::format("{:#x}", found->value);
    });
  }
}

}  // namespace

std::vector<std::vector<std::string>> capability_rows(const std::vector<const Capabilities*>& targets) {
  Rows rows;
  add_row(rows, targets, "processor", "MAXPHYADDR",
          [](const Capabilities& target) { return std::to_string(target.maxphyaddr); });
  add_named(rows, targets, "EPT", &Capabilities::ept);
  add_named(rows, targets, "control", &Capabilities::controls);
  add_row(rows, targets, "MSR values", "plausibility", [](const Capabilities& target) {
    std::vector<std::string> words;
    for (const Capabilities::Remark& one : target.msr_values) words.push_back(one.outcome + ": " + one.rule);
    if (words.empty()) words.emplace_back("plausible");
    return fmt::format("{}", fmt::join(words, ", ")) + not_judged_text(target);
  });
  add_msrs(rows, targets);
  return rows;
}

std::string capabilities_json(const std::optional<Capabilities>& of, const std::string& indent) {
  if (!of) return {};
  const auto msr = [](const Capabilities::Msr& one) {
    return fmt::format(R"({{"msr":"{:#x}","name":{},"value":"{:#x}"}})", one.number, json_text(one.name), one.value);
  };
  return fmt::format("{}\"capabilities\":{{\n{} \"maxphyaddr\":{}", indent, indent, of->maxphyaddr) +
         list_of("msrs", indent, of->msrs, msr) + list_of("ept", indent, of->ept, named_json) +
         list_of("controls", indent, of->controls, named_json) +
         list_of("msr_values", indent, of->msr_values, remark_json) +
         list_of("not_judged", indent, of->not_judged, json_text) + "},\n";
}

std::optional<Capabilities> capabilities_from(Object& from) {
  if (!from.has("capabilities")) return std::nullopt;
  Object object = from.object("capabilities");
  Capabilities capabilities;
  capabilities.maxphyaddr = object.number("maxphyaddr");
  for (Object& one : object.objects("msrs"))
    capabilities.msrs.push_back({one.hex("msr", true), one.text("name", true), one.hex("value", true)});
  capabilities.ept = named_from(object, "ept");
  capabilities.controls = named_from(object, "controls");
  for (Object& one : object.objects("msr_values")) {
    capabilities.msr_values.push_back(
        {one.text("rule", true), one.text("outcome", true), one.text("text", true), one.text("cite", true)});
  }
  capabilities.not_judged = object.texts("not_judged", true);
  object.refuse_the_rest();
  return capabilities;
}

std::string capabilities_text(const Capabilities& of) {
  std::string text =
      fmt::format("  MAXPHYADDR {}; {} capability MSRs (values: --json)\n", of.maxphyaddr, of.msrs.size());
  text += of.ept.empty() ? "  EPT: not known\n" : wrapped("EPT:", names_of(of.ept));
  text += of.controls.empty() ? "" : wrapped("controls that may be 1:", names_of(of.controls));
  for (const Capabilities::Remark& one : of.msr_values)
    text += fmt::format("  MSR values: {}: {}\n    rule {}; {}\n", one.outcome, one.text, one.rule, one.cite);
  if (of.msr_values.empty() || !of.not_judged.empty())
    text += fmt::format("  MSR values: nothing {}is impossible or unusual{}\n", of.msr_values.empty() ? "" : "else ",
                        not_judged_text(of));
  return text;
}

}  // namespace harness
