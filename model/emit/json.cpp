#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/emit/emit.h"

namespace model {

namespace {

using Json = nlohmann::ordered_json;
using spec::Condition;

std::string hex(std::uint64_t value) { return fmt::format("{:#x}", value); }

Json operand(const spec::Operand& operand) { return {{"field", operand.name}, {"mask", hex(mask_of(operand.bits))}}; }

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
    case Condition::Kind::any_of_kind: {
      Json item = {{"any_bit_of", to_string(condition.field_kind)}};
      if (spec::is_register(condition.word)) item["in_word"] = spec.registers.at(spec::register_at(condition.word)).id;
      return item;
    }
    case Condition::Kind::compared: {
      constexpr std::array kRelations = {"within", "at_most", "equal"};
      Json item = {{"field", condition.name}, {"mask", hex(mask_of(condition.bits))}};
      item[kRelations.at(static_cast<std::size_t>(condition.relation))] =
          condition.other ? operand(*condition.other) : Json(condition.values.front());
      return item;
    }
    case Condition::Kind::named: return {{"condition", spec.conditions.at(condition.named).id}};
  }
  return {};
}

// What `of` says of each item.
template <class List, class Of>
Json each(const List& list, const Of& of) {
  Json result = Json::array();
  for (const auto& item : list) result.push_back(of(item));
  return result;
}

// With what is stated of it at the end.
Json stated(Json item, const spec::Named& named) {
  item.update({{"text", named.text}, {"cite", to_string(named.cite)}});
  return item;
}

Json field(const spec::Field& field, const spec::Spec& spec) {
  Json item = {{"id", field.id}, {"bits", to_string(field.bits)}, {"kind", to_string(field.kind)}};
  if (field.kind == spec::FieldKind::fixed) item["value"] = field.value;
  if (field.when) item["when"] = to_json(*field.when, spec);
  return stated(std::move(item), field);
}

Json format(const spec::Format& format, const spec::Spec& spec) {
  Json item = {{"id", format.id}, {"title", format.title}};
  if (format.level > 0) item.update({{"level", format.level}, {"maps_page", format.maps_page}});
  item["fields"] = each(format.fields, [&](const spec::Field& one) { return field(one, spec); });
  return item;
}

Json to_json(const std::vector<spec::Given>& list, const spec::Spec& spec) {
  return each(list, [&](const spec::Given& one) {
    return stated({{"id", one.id}, {"when", to_json(one.when, spec)}}, one);
  });
}

Json to_json(const spec::Register& one, const spec::Spec& spec) {
  Json item = {{"id", one.id}, {"title", one.title}, {"role", to_string(one.role)}, {"width", one.width}};
  if (one.msr) item["msr"] = hex(*one.msr);
  if (one.vmcs) item["vmcs"] = hex(*one.vmcs);
  if (one.exists) item["exists"] = to_json(*one.exists, spec);
  if (one.allowed_0) item["allowed_0"] = operand(*one.allowed_0);
  if (one.allowed_1) item["allowed_1"] = operand(*one.allowed_1);
  if (one.activated_by) item["activated_by"] = operand(*one.activated_by);
  const auto name = [&](spec::Word word) { return spec.registers.at(spec::register_at(word)).id; };
  if (one.derivation && one.derivation->place) {
    const spec::Derivation::Place& place = *one.derivation->place;
    item[place.byte_before ? "last_byte" : "element"] = {
        {"address", name(place.address)}, {"number", name(place.number)}, {"size", place.size}};
  } else if (one.derivation && one.derivation->part) {
    item["part"] = operand(*one.derivation->part);
  } else if (one.derivation && one.derivation->constant) {
    item["constant"] = hex(*one.derivation->constant);
  } else if (one.derivation) {
    item["choose"] = each(one.derivation->choices, [&](const spec::Derivation::Choice& choice) {
      Json chosen = {{"word", name(choice.word)}};
      if (choice.when) chosen["when"] = to_json(*choice.when, spec);
      return chosen;
    });
  }
  item.update({{"text", one.text}, {"cite", to_string(one.cite)}});
  item["fields"] = each(one.fields, [&](const spec::Field& of) { return field(of, spec); });
  if (!one.given.empty()) item["given"] = to_json(one.given, spec);
  return item;
}

Json rules(const std::vector<spec::Rule>& list, const spec::Spec& spec, const std::vector<spec::Format>& formats) {
  return each(list, [&](const spec::Rule& rule) {
    Json item = {{"id", rule.id}, {"bit", rule.bit}};
    if (!rule.formats.empty()) item["formats"] = each(rule.formats, [&](std::size_t f) { return formats.at(f).id; });
    item["when"] = to_json(rule.when, spec);
    return stated(std::move(item), rule);
  });
}

Json to_json(const spec::Check& check, const spec::Spec& spec) {
  const auto ending = [&](std::size_t n) { return check.endings.at(n).id; };
  Json list = rules(check.rules, spec, spec.formats);
  for (std::size_t n = 0; n < check.rules.size(); ++n) list[n]["outcome"] = ending(check.rules[n].result);
  return {{"id", check.id},
          {"title", check.title},
          {"outcomes", each(check.endings,
                            [](const spec::Ending& one) {
                              Json item = {{"id", one.id}};
                              if (!one.vm_instruction_errors.empty())
                                item["vm_instruction_errors"] = one.vm_instruction_errors;
                              if (one.exit_reason) item["exit_reason"] = *one.exit_reason;
                              if (one.exception) item["exception"] = *one.exception;
                              if (one.may) item["may"] = true;
                              return stated(std::move(item), one);
                            })},
          {"given", to_json(check.given, spec)},
          {"rules", list},
          {"parts", each(check.parts,
                         [&](const spec::Part& part) {
                           Json item = {{"check", part.id}};
                           if (part.ending) item["outcome"] = ending(*part.ending);
                           if (part.of) item["of"] = spec.registers.at(spec::register_at(*part.of)).id;
                           if (part.when) item["when"] = to_json(*part.when, spec);
                           return stated(std::move(item), part);
                         })},
          {"left_out", each(check.left_out, [](const spec::Named& one) {
             return stated({{"id", one.id}, {"reason", one.reason}}, one);
           })}};
}

Json named_bits(const std::vector<spec::NamedBits>& list) {
  return each(list, [](const spec::NamedBits& bits) {
    Json item = stated({{"id", bits.id}, {"mask", hex(mask_of(bits.bits))}}, bits);
    if (!bits.reason.empty()) item["reason"] = bits.reason;
    return item;
  });
}

Json condition(const spec::NamedCondition& condition, const spec::Spec& spec) {
  Json item = {{"id", condition.id}};
  if (condition.bit) item["bit"] = *condition.bit;
  item["when"] = to_json(condition.when, spec);
  return stated(std::move(item), condition);
}

Json qualification(const spec::QualificationBit& bit, const spec::Spec& spec) {
  Json item = {{"id", bit.id}, {"bit", bit.bit}, {"set", to_json(bit.set, spec)}};
  if (bit.undefined) item.update({{"undefined", to_json(*bit.undefined, spec)}, {"reason", bit.reason}});
  return stated(std::move(item), bit);
}

Json sub_page(const spec::Spec& spec) {
  const spec::SubPage& from = spec.sub_page;
  const spec::SubPagePermission& permission = from.permission;
  const auto result = [&](std::size_t n) { return spec.results.at(n).id; };
  Json list = rules(from.rules, spec, from.formats);
  for (std::size_t n = 0; n < from.rules.size(); ++n) list[n]["result"] = result(from.rules[n].result);
  return {{"formats", each(from.formats, [&](const auto& one) { return format(one, spec); })},
          {"rules", list},
          {"permission", stated({{"index", hex(mask_of(permission.index))},
                                 {"first", permission.first},
                                 {"step", permission.step},
                                 {"allowed", result(permission.allowed)},
                                 {"refused", result(permission.refused)}},
                                permission)},
          {"qualification", each(from.qualification, [&](const auto& one) { return qualification(one, spec); })}};
}

Json access(const spec::Access& access) { return {{"id", access.id}, {"attributes", hex(access.attributes)}}; }

Json profile(const spec::Profile& profile, const spec::Spec& spec) {
  Json item = {{"id", profile.id}, {"title", profile.title}, {"maxphyaddr", profile.maxphyaddr}};
  for (std::size_t n = 0; n < profile.registers.size(); ++n) {
    if (profile.registers[n] != 0) item["registers"][spec.registers[n].id] = hex(profile.registers[n]);
  }
  item.update({{"source", profile.source}, {"synthetic", profile.synthetic}, {"assumed", profile.assumed}});
  return item;
}

}  // namespace

void emit_json(const spec::Spec& spec, std::ostream& out) {
  const Json document = {
      {"generated_by", "eptspec model emit --lang json"},
      {"maxphyaddr", {{"min", spec.min_maxphyaddr}, {"max", spec.max_maxphyaddr}}},
      {"registers", each(spec.registers, [&](const spec::Register& one) { return to_json(one, spec); })},
      {"formats", each(spec.formats, [&](const auto& one) { return format(one, spec); })},
      {"access_attributes", named_bits(spec.attributes)},
      {"accesses", each(spec.accesses, access)},
      {"conditions", each(spec.conditions, [&](const auto& one) { return condition(one, spec); })},
      {"checks", each(spec.checks, [&](const spec::Check& one) { return to_json(one, spec); })},
      {"misconfigurations", rules(spec.misconfigurations, spec, spec.formats)},
      {"violations", rules(spec.violations, spec, spec.formats)},
      {"sub_page", sub_page(spec)},
      {"exit_qualification", each(spec.qualification, [&](const auto& one) { return qualification(one, spec); })},
      {"profiles", each(spec.profiles, [&](const auto& one) { return profile(one, spec); })},
  };
  out << document.dump(2) << "\n";
}

}  // namespace model
