#include "model/emit/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace model {

namespace {

using Json = nlohmann::ordered_json;
using spec::Condition;

std::string hex(std::uint64_t value) { return fmt::format("{:#x}", value); }

Json to_json(const Condition& condition, const spec::Spec& spec) {
  Json operands = Json::array();
  for (const Condition& operand : condition.operands) operands.push_back(to_json(operand, spec));
  switch (condition.kind) {
    case Condition::Kind::all_of: return {{"all", operands}};
    case Condition::Kind::any_of: return {{"any", operands}};
    case Condition::Kind::negation: return {{"not", operands.at(0)}};
    case Condition::Kind::nonzero: return {{"nonzero", condition.name}, {"mask", hex(mask_of(condition.bits))}};
    case Condition::Kind::one_of:
      return {{"field", condition.name}, {"mask", hex(mask_of(condition.bits))}, {"in", condition.values}};
    case Condition::Kind::any_of_kind: return {{"any_bit_of", to_string(condition.field_kind)}};
    case Condition::Kind::named: return {{"condition", spec.conditions.at(condition.named).id}};
  }
  return {};
}

Json fields(const spec::Format& format, const spec::Spec& spec) {
  Json list = Json::array();
  for (const spec::Field& field : format.fields) {
    Json item = {{"id", field.id}, {"bits", to_string(field.bits)}, {"kind", to_string(field.kind)}};
    if (field.kind == spec::FieldKind::fixed) item["value"] = field.value;
    if (field.when) item["when"] = to_json(*field.when, spec);
    item["text"] = field.text;
    item["cite"] = to_string(field.cite);
    list.push_back(std::move(item));
  }
  return list;
}

Json format(const spec::Format& format, const spec::Spec& spec) {
  Json item = {{"id", format.id}, {"title", format.title}};
  if (format.level > 0) item.update({{"level", format.level}, {"maps_page", format.maps_page}});
  item["fields"] = fields(format, spec);
  return item;
}

Json rules(const std::vector<spec::Rule>& list, const spec::Spec& spec) {
  Json result = Json::array();
  for (const spec::Rule& rule : list) {
    Json item = {{"id", rule.id}, {"bit", rule.bit}};
    if (!rule.formats.empty()) {
      item["formats"] = Json::array();
      for (const std::size_t f : rule.formats) item["formats"].push_back(spec.formats.at(f).id);
    }
    item.update({{"when", to_json(rule.when, spec)}, {"text", rule.text}, {"cite", to_string(rule.cite)}});
    result.push_back(std::move(item));
  }
  return result;
}

Json named_bits(const std::vector<spec::NamedBits>& list) {
  Json result = Json::array();
  for (const spec::NamedBits& bits : list) {
    Json item = {
        {"id", bits.id}, {"mask", hex(mask_of(bits.bits))}, {"text", bits.text}, {"cite", to_string(bits.cite)}};
    if (!bits.reason.empty()) item["reason"] = bits.reason;
    result.push_back(std::move(item));
  }
  return result;
}

Json conditions(const spec::Spec& spec) {
  Json result = Json::array();
  for (const spec::NamedCondition& condition : spec.conditions) {
    Json item = {{"id", condition.id}};
    if (condition.bit) item["bit"] = *condition.bit;
    item.update(
        {{"when", to_json(condition.when, spec)}, {"text", condition.text}, {"cite", to_string(condition.cite)}});
    result.push_back(std::move(item));
  }
  return result;
}

Json qualification(const spec::Spec& spec) {
  Json result = Json::array();
  for (const spec::QualificationBit& bit : spec.qualification) {
    Json item = {{"id", bit.id}, {"bit", bit.bit}, {"set", to_json(bit.set, spec)}};
    if (bit.undefined) item.update({{"undefined", to_json(*bit.undefined, spec)}, {"reason", bit.reason}});
    item.update({{"text", bit.text}, {"cite", to_string(bit.cite)}});
    result.push_back(std::move(item));
  }
  return result;
}

Json accesses(const spec::Spec& spec) {
  Json result = Json::array();
  for (const spec::Access& access : spec.accesses)
    result.push_back({{"id", access.id}, {"attributes", hex(access.attributes)}});
  return result;
}

Json profiles(const spec::Spec& spec) {
  Json result = Json::array();
  for (const spec::Profile& profile : spec.profiles) {
    result.push_back({{"id", profile.id},
                      {"title", profile.title},
                      {"maxphyaddr", profile.maxphyaddr},
                      {"ept_vpid_cap", hex(profile.capability)},
                      {"pin_based_controls", hex(profile.pin_based)},
                      {"primary_controls", hex(profile.primary)},
                      {"secondary_controls", hex(profile.secondary)},
                      {"tertiary_controls", hex(profile.tertiary)},
                      {"parameters", hex(profile.parameters)},
                      {"source", profile.source},
                      {"synthetic", profile.synthetic},
                      {"assumed", profile.assumed}});
  }
  return result;
}

}  // namespace

void emit_json(const spec::Spec& spec, std::ostream& out) {
  Json formats = Json::array();
  for (const spec::Format& each : spec.formats) formats.push_back(format(each, spec));
  const Json document = {
      {"generated_by", "eptspec model emit --lang json"},
      {"maxphyaddr", {{"min", spec.min_maxphyaddr}, {"max", spec.max_maxphyaddr}}},
      {"eptp", format(spec.eptp, spec)},
      {"capability", format(spec.capability, spec)},
      {"formats", formats},
      {"controls", named_bits(spec.controls)},
      {"parameters", named_bits(spec.parameters)},
      {"access_attributes", named_bits(spec.attributes)},
      {"accesses", accesses(spec)},
      {"conditions", conditions(spec)},
      {"eptp_rules", rules(spec.eptp_rules, spec)},
      {"misconfigurations", rules(spec.misconfigurations, spec)},
      {"violations", rules(spec.violations, spec)},
      {"exit_qualification", qualification(spec)},
      {"profiles", profiles(spec)},
  };
  out << document.dump(2) << "\n";
}

}  // namespace model
