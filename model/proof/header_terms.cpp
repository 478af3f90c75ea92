#include "model/proof/header_terms.h"

#include <array>
#include <cstdint>

#include <fmt/format.h>

#include "ept_model_text.h"
#include "model/proof/symbolic.h"

// The header as it ships, with a symbolic word in place of uint64_t; and the table of an outcome's members.
#define EPT_WORD ::model::Word
#define EPT_FLAG ::model::Flag
namespace model::compiled {
#include "ept_controls.h"
#include "ept_names.h"
}  // namespace model::compiled
#undef EPT_WORD
#undef EPT_FLAG

namespace model {

namespace {

using compiled::ept_configuration;
using compiled::ept_context;
using compiled::ept_outcome;
using compiled::ept_progress;

Word symbolic(const z3::expr& value) { return Word(value); }

z3::expr number(z3::context& context, int value) { return word(context, static_cast<std::uint64_t>(value)); }

ept_configuration configuration_of(const Inputs& inputs) {
  ept_configuration configuration;
  configuration.maxphyaddr = symbolic(inputs.configuration.maxphyaddr);
  for (std::size_t n = 0; n < inputs.walk_words.size(); ++n)
    *ept_configuration_word(&configuration, static_cast<int>(n)) = symbolic(inputs.configuration[inputs.walk_words[n]]);
  return configuration;
}

ept_context context_of(const Inputs& inputs) {
  const ept_configuration configuration = configuration_of(inputs);
  ept_context context;
  ept_prepare(&configuration, symbolic(inputs.eptp()), &context);
  return context;
}

std::vector<Path> explore(const Inputs& inputs, const z3::expr& assumption, const std::function<Terms()>& run) {
  Exploration exploration(inputs.context());
  std::vector<Path> paths;
  exploration.for_each_path(assumption, [&] {
    Terms terms = run();
    paths.push_back({exploration.path_condition(), std::move(terms)});
  });
  return paths;
}

// In the order of kProgressWords.
constexpr std::array<Word ept_progress::*, kProgressWords.size()> kHeaderWords = {
    &ept_progress::table, &ept_progress::entry, &ept_progress::all,  &ept_progress::nonleaf,
    &ept_progress::used,  &ept_progress::page,  &ept_progress::rules};

ept_progress progress_of(const Progress& from) {
  ept_progress progress;
  progress.level = from.level;
  for (std::size_t i = 0; i < kHeaderWords.size(); ++i)
    progress.*kHeaderWords.at(i) = symbolic(from.*kProgressWords.at(i).second);
  return progress;
}

Terms outcome_terms(z3::context& context, const ept_outcome& outcome) {
  Terms terms = {{"result", number(context, outcome.result)}};
  for (const auto& one : compiled::ept_outcome_members)
    terms.push_back({one.name, ept_outcome_get(&outcome, one.member).expr()});
  return terms;
}

// address_N of each level, nothing read yet.
Terms no_addresses(z3::context& context, int highest) {
  Terms terms;
  for (int level = highest; level >= 1; --level) terms.push_back({fmt::format("address_{}", level), word(context, 0)});
  return terms;
}

// The memory of a walk: hands out the entries level by level and notes where each was read.
struct Memory {
  const Inputs* inputs;
  int next_level;
  Terms addresses;
};

// NOLINTNEXTLINE(performance-unnecessary-value-param): the header's callback takes its word by value.
Word read_entry(void* memory, Word address) {
  auto& from = *static_cast<Memory*>(memory);
  const int level = from.next_level--;
  from.addresses.at(from.addresses.size() - static_cast<std::size_t>(level)).value = address.expr();
  return symbolic(from.inputs->entry(level));
}

compiled::ept_step step_of(Ending ending) {
  switch (ending) {
    case Ending::page: return compiled::EPT_STEP_PAGE;
    case Ending::violation: return compiled::EPT_STEP_VIOLATION;
    case Ending::misconfiguration: return compiled::EPT_STEP_MISCONFIGURATION;
  }
  return compiled::EPT_STEP_PAGE;
}

}  // namespace

std::string compiled_header() {
  std::string text;
  for (const char* piece : kHeaderText) text += piece;
  return text;
}

std::vector<Path> header_eptp_check(const Inputs& inputs, const z3::expr& assumption) {
  return explore(inputs, assumption, [&]() -> Terms {
    const ept_configuration configuration = configuration_of(inputs);
    return {{"rules", ept_check_eptp(&configuration, symbolic(inputs.eptp())).expr()}};
  });
}

// Of the sets of rules those of the check and its parts.
std::vector<Path> header_check(const spec::Spec& spec, std::size_t check, const Inputs& inputs,
                               const z3::expr& assumption) {
  return explore(inputs, assumption, [&]() -> Terms {
    compiled::ept_registers registers;
    registers.maxphyaddr = symbolic(inputs.configuration.maxphyaddr);
    for (std::size_t n = 0; n < inputs.configuration.size(); ++n)
      *ept_register_word(&registers, static_cast<int>(n)) = symbolic(inputs.configuration.at(n));
    const auto result = compiled::ept_check(static_cast<compiled::ept_check_id>(check), &registers);
    Terms terms;
    for (const std::size_t n : checks_in(spec, check)) {
      if (!spec.checks[n].rules.empty()) terms.push_back({"rules_" + spec.checks[n].id, result.rules[n].expr()});
    }
    terms.push_back({"outcome", result.outcome.expr()});
    return terms;
  });
}

std::vector<Path> header_classify(const Inputs& inputs, int level, const z3::expr& assumption) {
  return explore(inputs, assumption, [&]() -> Terms {
    const ept_context context = context_of(inputs);
    const auto result = ept_classify(&context, level, symbolic(inputs.entry(level)));
    z3::context& z3_context = inputs.context();
    return {{"kind", number(z3_context, result.kind)},
            {"format", number(z3_context, result.format)},
            {"rules", result.rules.expr()},
            {"reserved_bits", result.reserved_bits.expr()}};
  });
}

std::vector<Path> header_step(const Inputs& inputs, const Progress& progress, const z3::expr& entry,
                              const z3::expr& assumption) {
  return explore(inputs, assumption, [&]() -> Terms {
    const ept_context context = context_of(inputs);
    ept_progress at = progress_of(progress);
    const auto step = ept_advance(&context, symbolic(entry), &at);
    z3::context& z3_context = inputs.context();
    Terms terms = {{"step", number(z3_context, step)}, {"level", number(z3_context, at.level)}};
    for (std::size_t i = 0; i < kHeaderWords.size(); ++i)
      terms.push_back({kProgressWords.at(i).first, (at.*kHeaderWords.at(i)).expr()});
    return terms;
  });
}

std::vector<Path> header_conclude(const Inputs& inputs, const Progress& progress, Ending ending,
                                  const z3::expr& assumption) {
  return explore(inputs, assumption, [&]() -> Terms {
    const ept_context context = context_of(inputs);
    const ept_progress at = progress_of(progress);
    return outcome_terms(inputs.context(),
                         ept_conclude(&context, &at, step_of(ending), symbolic(inputs.gpa), symbolic(inputs.access)));
  });
}

std::vector<Path> header_walk(const Inputs& inputs, const z3::expr& assumption) {
  z3::context& z3_context = inputs.context();
  const Terms untouched = no_addresses(z3_context, 5);
  return explore(inputs, assumption, [&]() -> Terms {
    const ept_context context = context_of(inputs);
    Memory memory{&inputs, context.levels, untouched};
    Terms terms = outcome_terms(z3_context,
                                ept_walk(&context, symbolic(inputs.gpa), symbolic(inputs.access), read_entry, &memory));
    terms.insert(terms.end(), memory.addresses.begin(), memory.addresses.end());
    return terms;
  });
}

std::vector<Path> header_sub_page_check(const Inputs& inputs, const z3::expr& assumption) {
  z3::context& z3_context = inputs.context();
  constexpr int kHighest = 4;
  const Terms untouched = no_addresses(z3_context, kHighest);
  return explore(inputs, assumption, [&]() -> Terms {
    const ept_configuration configuration = configuration_of(inputs);
    Memory memory{&inputs, kHighest, untouched};
    Terms terms = outcome_terms(
        z3_context, ept_check_sub_page(&configuration, symbolic(inputs.eptp()), symbolic(inputs.sub_page_pointer()),
                                       symbolic(inputs.gpa), symbolic(inputs.access), read_entry, &memory));
    terms.insert(terms.end(), memory.addresses.begin(), memory.addresses.end());
    return terms;
  });
}

}  // namespace model
