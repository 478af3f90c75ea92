// A proof that cannot fail proves nothing: the header as compiled is held against constraints of a specification that
// is wrong in one place, and each time the proof must find a counterexample and print it.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "model/proof/header_terms.h"
#include "model/proof/obligations.h"
#include "model/proof/prove.h"
#include "tests/support/spec_under_test.h"

namespace {

using model::Provability;
using spec::Condition;
using spec::Spec;

model::Obligation obligation(const std::vector<model::Obligation>& list, const std::string& id) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const auto& each) { return each.id == id; });
  if (found == list.end()) throw std::logic_error("no obligation " + id);
  return *found;
}

model::Proof proof_of(const Spec& spec, const std::string& id, model::Solver solver = model::Solver::z3) {
  model::ProveOptions options;
  options.solver = solver;
  return model::prove(spec, obligation(model::agreement_obligations(spec), id), options);
}

spec::Field& field(Spec& spec, const std::string& format, const std::string& id) {
  for (spec::Format& each : spec.formats) {
    if (each.id != format) continue;
    for (spec::Field& f : each.fields) {
      if (f.id == id) return f;
    }
  }
  throw std::logic_error("no field " + id);
}

template <typename T>
T& by_id(std::vector<T>& list, const std::string& id) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const T& each) { return each.id == id; });
  if (found == list.end()) throw std::logic_error("nothing is called " + id);
  return *found;
}

template <typename T>
void drop(std::vector<T>& list, const std::string& id) {
  std::erase_if(list, [&](const T& each) { return each.id == id; });
}

struct Mistake {
  const char* name;
  const char* obligation;
  std::function<void(Spec&)> make;
  const char* shown;  // what the counterexample must mention
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }

// "all.X" of a condition becomes "leaf.X", "nonleaf.X".
void replace_word(Condition& condition, spec::Word from, spec::Word to) {
  if (condition.word == from) condition.word = to;
  for (Condition& operand : condition.operands) replace_word(operand, from, to);
}

const std::vector<Mistake> kMistakes = {
    {"reserved_range_one_bit_short_at_the_top", "entry.4",
     [](Spec& s) { field(s, "pml4e", "reserved_7_3").bits.high.offset = 6; }, "no_field=0x80"},
    {"reserved_range_one_bit_short_at_the_bottom", "entry.2",
     [](Spec& s) { field(s, "pde_2m", "reserved_20_12").bits.low.offset = 13; }, "no_field=0x1000"},
    {"address_range_one_bit_too_long", "entry.1",
     [](Spec& s) { field(s, "pte", "beyond_maxphyaddr").bits.low.offset = 1; }, "maxphyaddr"},
    {"missing_capability_condition", "entry.1",
     [](Spec& s) { by_id(s.misconfigurations, "execute_only_not_supported").when.operands.pop_back(); },
     "execute_only"},
    {"swapped_memory_type", "entry.3",
     [](Spec& s) {
       by_id(s.misconfigurations, "reserved_memory_type").when.values = {2, 3, 5};
     },
     "memory_type"},
    {"rule_dropped", "entry.3", [](Spec& s) { drop(s.misconfigurations, "page_1g_not_supported"); }, "no_rule=0x100"},
    {"rule_for_one_format_less", "entry.2",
     [](Spec& s) { by_id(s.misconfigurations, "write_without_read").formats.resize(4); }, "write_without_read"},
    {"control_without_its_activation", "entry.1",
     [](Spec& s) {
       by_id(s.conditions, "mode_based_execute")
           .when.operands.erase(by_id(s.conditions, "mode_based_execute").when.operands.begin());
     },
     "user_execute"},
    {"eptp_memory_type_added", "eptp",
     [](Spec& s) {
       by_id(eptp_rules(s), "eptp_memory_type_reserved").when.operands[0].values = {0, 4, 6};
     },
     "eptp_memory_type"},
    {"eptp_rule_dropped", "eptp", [](Spec& s) { drop(eptp_rules(s), "eptp_accessed_dirty_not_supported"); },
     "enable_accessed_dirty"},
    {"permission_taken_from_the_leaf_only", "outcome.page.1",
     [](Spec& s) { replace_word(by_id(s.violations, "read_not_allowed").when, spec::Word::all, spec::Word::leaf); },
     "rules"},
    {"permission_taken_from_above_the_leaf_only", "outcome.page.2",
     [](Spec& s) { replace_word(by_id(s.violations, "write_not_allowed").when, spec::Word::all, spec::Word::nonleaf); },
     "rules"},
    {"qualification_bit_of_another_access", "qualification.page.1",
     [](Spec& s) {
       std::swap(by_id(s.qualification, "data_write").set, by_id(s.qualification, "instruction_fetch").set);
     },
     "qualification"},
    {"undefined_qualification_bit_taken_as_defined", "qualification.violation.3",
     [](Spec& s) { by_id(s.qualification, "user_executable").undefined.reset(); }, "qualification_defined"},
    {"qualification_permissions_of_a_missing_entry", "qualification.violation.2",
     [](Spec& s) {
       by_id(s.qualification, "readable").set.operands.erase(by_id(s.qualification, "readable").set.operands.begin());
     },
     "qualification"},
    {"misconfiguration_before_presence", "step.2",
     [](Spec& s) { std::swap(s.order.each_entry[0], s.order.each_entry[1]); }, "step"},
    {"dirty_at_every_level", "outcome.page.3", [](Spec& s) { by_id(s.flags, "dirty").leaf_only = false; }, "dirty_m"},
    {"accessed_may_taken_as_must", "outcome.violation.2",
     [](Spec& s) { by_id(s.flags, "accessed").on_violation = spec::Effect::must; }, "accessed_m"},
    {"index_of_another_level", "walk",
     [](Spec& s) {
       s.levels[3].index = {30, 22};
     },
     "address_"},
    {"width_check_dropped", "walk",
     [](Spec& s) { by_id(s.violations, "guest_physical_address_width").when.operands.pop_back(); }, "level:"},
    {"sub_page_for_large_pages", "outcome.page.2",
     [](Spec& s) {
       std::erase_if(s.sub_page_check.when.operands, [](const Condition& c) { return c.name == "walk.leaf_is_pte"; });
     },
     "result"},
    {"sub_page_reserved_range_one_bit_short", "sub_page",
     [](Spec& s) {
       for (spec::Field& f : s.sub_page.formats.front().fields) {
         if (f.id == "reserved_11_1") f.bits.low.offset = 2;
       }
     },
     "reserved_bits"},
    {"sub_page_index_of_another_level", "sub_page",
     [](Spec& s) {
       s.sub_page.levels[1].index = {39, 31};
     },
     "address_3"},
    {"sub_page_part_of_256_bytes", "sub_page",
     [](Spec& s) {
       s.sub_page.permission.index = {12, 8};
     },
     "result"},
    {"sub_page_misconfiguration_taken_for_a_miss", "sub_page",
     [](Spec& s) { s.sub_page.rules.back().result = s.sub_page.rules.front().result; }, "result"},
    {"suppress_ve_inverted", "outcome.page.1",
     [](Spec& s) { s.convertible.when.operands[1] = Condition(s.convertible.when.operands[1].operands[0]); },
     "convertible"},
    {"entry_present_by_bit_10_always", "entry.5",
     [](Spec& s) {
       by_id(s.conditions, "present")
           .when.operands[3]
           .operands.erase(by_id(s.conditions, "present").when.operands[3].operands.begin());
     },
     "user_execute"},
};

spec::Check& check(Spec& spec, const std::string& id) { return by_id(spec.checks, id); }
spec::Rule& rule(Spec& spec, const std::string& of, const std::string& id) { return by_id(check(spec, of).rules, id); }
spec::Register& a_register(Spec& spec, const std::string& id) { return by_id(spec.registers, id); }

// Of the checks of registers.
const std::vector<Mistake> kCheckMistakes = {
    {"rule_of_a_part_dropped", "check.vm_entry",
     [](Spec& s) { drop(check(s, "vm_execution_controls").rules, "virtual_nmis_without_nmi_exiting"); },
     "rules_vm_execution_controls"},
    {"address_counted_without_its_control", "check.vm_entry",
     [](Spec& s) {
       spec::Condition& when = rule(s, "vm_execution_addresses", "pml_address_not_aligned").when;
       when.operands.erase(when.operands.begin());
     },
     "pml_address"},
    {"address_one_bit_too_long", "check.vm_entry",
     [](Spec& s) {
       for (spec::Field& each : a_register(s, "eptp_list_address").fields) {
         if (each.kind == spec::FieldKind::beyond_maxphyaddr) each.bits.low.offset = 1;
       }
     },
     "eptp_list_address"},
    {"alignment_one_bit_short", "check.vm_entry",
     [](Spec& s) { by_id(a_register(s, "hlatp").fields, "reserved_11_5").bits.low.offset = 6; }, "hlatp"},
    {"plain_msr_governs_always", "check.vm_entry",
     [](Spec& s) {
       auto& choices = a_register(s, "primary_allowed").derivation->choices;
       choices.erase(choices.begin());
     },
     "vmx_true_procbased_ctls"},
    {"secondary_controls_without_activation", "check.vm_entry",
     [](Spec& s) { a_register(s, "secondary_in_effect").derivation->choices.front().when.reset(); },
     "secondary_controls"},
    {"allowed_0_taken_for_allowed_1", "check.vm_entry",
     [](Spec& s) {
       spec::Condition& when = rule(s, "vm_execution_controls", "secondary_control_not_allowed").when;
       when.operands.front().other->bits = {31, 0};
     },
     "vmx_procbased_ctls2"},
    {"last_byte_taken_for_the_one_behind", "check.vm_entry",
     [](Spec& s) { a_register(s, "entry_msr_load_last_byte").derivation->place->byte_before = false; },
     "entry_msr_load_address"},
    {"last_entry_of_another_size", "check.vm_entry",
     [](Spec& s) { a_register(s, "pid_pointer_table_last_entry").derivation->place->size = 16; },
     "last_pid_pointer_index"},
    {"eptp_checked_without_ept", "check.vm_entry",
     [](Spec& s) { by_id(check(s, "vm_execution_controls").parts, "eptp").when.reset(); }, "rules_eptp"},
    {"may_taken_as_must", "check.vm_entry",
     [](Spec& s) { rule(s, "vm_execution_controls", "cr3_target_count_beside_reported").result = 0; }, "outcome"},
    {"vector_of_an_event_left_out", "check.vm_entry",
     [](Spec& s) { rule(s, "vm_entry_controls", "injected_error_code_vector").when.operands[2].values.pop_back(); },
     "injected_event_identification"},
    {"current_eptp_checked_in_place_of_the_entry", "check.vmfunc",
     [](Spec& s) { by_id(check(s, "vmfunc").parts, "eptp").of.reset(); }, "rules_eptp"},
    {"exit_before_invalid_opcode", "check.vmfunc",
     [](Spec& s) { rule(s, "vmfunc", "vm_functions_not_enabled").result = 1; }, "outcome"},
    {"list_one_entry_short", "check.vmfunc",
     [](Spec& s) {
       spec::Condition& when = rule(s, "vmfunc", "eptp_list_index_too_large").when.operands[1];
       (when.operands.empty() ? when : when.operands.front()).values = {510};
     },
     "vmfunc_index"},
    {"walk_length_not_compared", "check.vmfunc",
     [](Spec& s) { drop(check(s, "vmfunc").rules, "eptp_list_entry_other_walk_length"); }, "rules_vmfunc"},
    {"type_of_invept_added", "check.invept",
     [](Spec& s) {
       rule(s, "invept", "invept_type_reserved").when.operands.front().values = {1, 2, 3};
     },
     "invept_type"},
    {"eptp_checked_for_all_contexts", "check.invept",
     [](Spec& s) { by_id(check(s, "invept").parts, "eptp").when.reset(); }, "rules_eptp"},
    {"refused_eptp_taken_as_invalid_opcode", "check.invept",
     [](Spec& s) { by_id(check(s, "invept").parts, "eptp").ending = 0; }, "outcome"},
    {"default1_control_left_out", "check.msr_values",
     [](Spec& s) { *a_register(s, "exit_default1").derivation->constant &= ~std::uint64_t{1}; }, "vmx_exit_ctls"},
    {"reserved_bit_of_an_msr_forgotten", "check.msr_values",
     [](Spec& s) { by_id(a_register(s, "capability").fields, "reserved_24").kind = spec::FieldKind::field; },
     "capability"},
    {"unusual_taken_as_impossible", "check.msr_values",
     [](Spec& s) { rule(s, "msr_values", "basic_bit_57").result = 0; }, "outcome"},
};

class SeededMistake : public testing::TestWithParam<Mistake> {};

TEST_P(SeededMistake, is_refuted_with_a_counterexample) {
  Spec wrong = support::spec_under_test();
  GetParam().make(wrong);
  const model::Proof proof = proof_of(wrong, GetParam().obligation);
  EXPECT_EQ(proof.verdict, Provability::refuted);
  EXPECT_NE(proof.explanation.find(GetParam().shown), std::string::npos) << proof.explanation;
  EXPECT_NE(proof.explanation.find("header"), std::string::npos) << proof.explanation;
}

INSTANTIATE_TEST_SUITE_P(Proof, SeededMistake, testing::ValuesIn(kMistakes),
                         [](const auto& one) { return std::string(one.param.name); });
INSTANTIATE_TEST_SUITE_P(ProofOfChecks, SeededMistake, testing::ValuesIn(kCheckMistakes),
                         [](const auto& one) { return std::string(one.param.name); });

// One of each kind; a whole walk takes longer than its parts.
TEST(Proof, whole_walks_see_mistakes_of_entries_permissions_reports_order_and_flags) {
  for (const char* name :
       {"reserved_range_one_bit_short_at_the_bottom", "permission_taken_from_the_leaf_only",
        "qualification_permissions_of_a_missing_entry", "misconfiguration_before_presence", "dirty_at_every_level"}) {
    const auto mistake = std::find_if(kMistakes.begin(), kMistakes.end(),
                                      [&](const Mistake& each) { return std::string(each.name) == name; });
    ASSERT_NE(mistake, kMistakes.end());
    Spec wrong = support::spec_under_test();
    mistake->make(wrong);
    EXPECT_EQ(proof_of(wrong, "walk").verdict, Provability::refuted) << name;
  }
}

TEST(Proof, cvc5_refutes_a_seeded_mistake_and_proves_the_truth) {
  EXPECT_EQ(proof_of(support::spec_under_test(), "entry.2", model::Solver::cvc5).verdict, Provability::proved);
  Spec wrong = support::spec_under_test();
  field(wrong, "pde_2m", "reserved_20_12").bits.low.offset = 13;
  EXPECT_EQ(proof_of(wrong, "entry.2", model::Solver::cvc5).verdict, Provability::refuted);
}

// Factoring a product of two primes of 31 bits takes any of these solvers far longer than a second.
model::Obligation hard_obligation() {
  return {"hard", "", model::Aim::no_model, [](z3::context& context) {
            const z3::expr a = context.bv_const("a", 62);
            const z3::expr b = context.bv_const("b", 62);
            const z3::expr bound = context.bv_val(std::uint64_t{1} << 31, 62);
            const z3::expr product = a * b == context.bv_val(std::uint64_t{1594323257} * 2038074743, 62);
            const z3::expr proper = z3::ult(context.bv_val(1, 62), a) && z3::ult(a, bound) &&
                                    z3::ult(context.bv_val(1, 62), b) && z3::ult(b, bound) && z3::ult(a, b);
            return model::Claim{
                model::Inputs(context, support::spec_under_test()), {{product && proper, "factors"}}, {}, {}, {}, {}};
          }};
}

TEST(Proof, timeout_is_a_failure_of_its_own_kind_for_both_solvers) {
  model::ProveOptions options;
  options.timeout_seconds = 1;
  for (const model::Solver solver : {model::Solver::z3, model::Solver::cvc5}) {
    options.solver = solver;
    EXPECT_EQ(model::prove(support::spec_under_test(), hard_obligation(), options).verdict, Provability::timeout);
  }
}

TEST(Proof, contradictory_rule_is_explained_by_the_lines_that_contradict) {
  Spec wrong = support::spec_under_test();
  spec::Rule& rule = by_id(wrong.misconfigurations, "write_without_read");
  rule.when.operands[0] = Condition(rule.when.operands[0].operands[0]);  // entry.read and entry.write, so that…
  Condition no_write = rule.when.operands[1];
  Condition negation = no_write;
  negation.kind = Condition::Kind::negation;
  negation.operands = {no_write};
  rule.when.operands.push_back(negation);  // … and not entry.write contradict each other
  const model::Proof proof =
      model::prove(wrong, obligation(model::specification_obligations(wrong), "rule.write_without_read.pte"), {});
  EXPECT_EQ(proof.verdict, Provability::refuted);
  EXPECT_NE(proof.explanation.find("misconfiguration.yaml:"), std::string::npos) << proof.explanation;
}

TEST(Proof, overlapping_fields_are_refuted_naming_both) {
  Spec wrong = support::spec_under_test();
  field(wrong, "pte", "ignore_pat").bits.low.offset = 5;
  const model::Proof proof = model::prove(wrong, obligation(model::specification_obligations(wrong), "tiling.pte"), {});
  EXPECT_EQ(proof.verdict, Provability::refuted);
  EXPECT_NE(proof.explanation.find("memory_type"), std::string::npos) << proof.explanation;
  EXPECT_NE(proof.explanation.find("ignore_pat"), std::string::npos) << proof.explanation;
}

TEST(Proof, formats_that_both_match_are_refuted) {
  Spec wrong = support::spec_under_test();
  field(wrong, "pde_pt", "page_size").kind = spec::FieldKind::ignored;
  const model::Proof proof = model::prove(wrong, obligation(model::specification_obligations(wrong), "classes.2"), {});
  EXPECT_EQ(proof.verdict, Provability::refuted);
}

TEST(Proof, rule_that_another_always_accompanies_is_refuted) {
  Spec wrong = support::spec_under_test();
  spec::Rule twin = by_id(wrong.misconfigurations, "reserved_memory_type");
  twin.id = "twin";
  twin.bit = 9;
  wrong.misconfigurations.push_back(twin);
  const model::Proof proof =
      model::prove(wrong, obligation(model::specification_obligations(wrong), "rule.reserved_memory_type.pte"), {});
  EXPECT_EQ(proof.verdict, Provability::refuted);
  EXPECT_NE(proof.explanation.find("'twin' is not broken"), std::string::npos) << proof.explanation;
}

}  // namespace
