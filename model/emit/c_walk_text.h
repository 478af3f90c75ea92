// The fixed text of the emitted header about accesses and walks, with holes for what the specification says. Included
// by c_header.cpp only.
#pragma once

namespace model {

constexpr const char* kAccessCondition = R"(/* @{text} */
static inline ept_flag ept_@{id}(ept_word conditions, ept_word access) {
  @{definition}
  return holds;
}

)";

constexpr const char* kWalk = R"(/* The lowest bit of the guest-physical address that selects an entry of a level. */
static inline int ept_index_low(int level) { return @{index_low}; }

/* Starts a walk: EPT_STEP_TABLE when the first entry is to be read. */
static inline enum ept_step ept_begin(const struct ept_context* context, ept_word guest_physical_address,
                                      struct ept_progress* progress) {
  const ept_word conditions = context->conditions;
  ept_word violations = 0;
  @{early}
  progress->level = violations ? 0 : context->levels;
  progress->table = context->root;
  progress->entry = 0;
  progress->all = 0 - (ept_word)1;
  progress->nonleaf = 0 - (ept_word)1;
  progress->used = 0;
  progress->page = 0;
  progress->rules = violations;
  return progress->level == 0 ? EPT_STEP_VIOLATION : EPT_STEP_TABLE;
}

/* Physical address of the entry to be read next. */
static inline ept_word ept_entry_address(const struct ept_progress* progress, ept_word guest_physical_address) {
  return progress->table | (guest_physical_address >> ept_index_low(progress->level) & 0x1ff) << 3;
}

/* Takes the entry that was read at ept_entry_address. */
static inline enum ept_step ept_advance(const struct ept_context* context, ept_word entry,
                                        struct ept_progress* progress) {
  const struct ept_masks* masks = ept_masks_for(context, progress->level, entry);
  const ept_flag suspect = ept_is_suspect(masks, entry);
  progress->entry = entry;
  @{checks}
  progress->all &= entry;
  progress->used |= (ept_word)1 << progress->level;
  if (masks->kind == EPT_PAGE) {
    progress->page = (ept_word)1 << progress->level;
    return EPT_STEP_PAGE;
  }
  progress->nonleaf &= entry;
  progress->table = entry & EPT_ENTRY_ADDRESS;
  progress->level -= 1;
  return EPT_STEP_TABLE;
}

/* The permissions that a complete walk lacks for an access, EPT_VIOLATION_... */
static inline ept_word ept_permission_violations(ept_word conditions, const struct ept_progress* progress,
                                                 ept_word access) {
  const ept_word all = progress->all;
  const ept_word nonleaf = progress->nonleaf;
  const ept_word leaf = progress->entry;
  @{permission_locals}
  ept_word violations = 0;
  @{shortcut}
  @{permissions}
  return violations;
}

@{further_violations}
/* Whether the sub-page permission table decides on an access with these violations. */
static inline ept_flag ept_needs_sub_page_check(ept_word conditions, const struct ept_progress* progress,
                                                ept_word access, ept_word violations) {
  const ept_word all = progress->all;
  const ept_word leaf = progress->entry;
  const ept_flag leaf_is_pte = progress->page == (ept_word)1 << 1;
  @{sub_page_locals}
  if (violations != @{sub_page_only}) return 0;
  @{sub_page_when}
  return decided_by_table;
}

/* The exit qualification of a violation; leaf counts only if the walk came to a page. */
static EPT_APART_GCC struct ept_qualification ept_qualify(const struct ept_context* context, ept_word access,
                                                          ept_word violations, ept_word all, ept_word leaf,
                                                          ept_word page) {
  const ept_word conditions = context->conditions;
  const ept_flag complete = page != 0;
  @{qualification_locals}
  struct ept_qualification qualification;
  ept_word undefined = context->undefined;
  ept_word set = 0;
  @{qualification}
  qualification.set = set & ~undefined;
  qualification.defined = ~undefined;
  return qualification;
}

/* Fills in which flags the walk sets, and which it may set. */
static inline void ept_report_flags(ept_word conditions, const struct ept_progress* progress, ept_word access,
                                    struct ept_outcome* outcome) {
  const int translated = outcome->result == EPT_TRANSLATED;
  const int refused = outcome->result == EPT_VIOLATION || outcome->result == EPT_SUB_PAGE_CHECK;
  const int misconfigured = outcome->result == EPT_MISCONFIGURATION;
  @{flags}
}

/* An outcome with what depends on the result alone. */
static inline struct ept_outcome ept_outcome_of(enum ept_result result, int level, ept_word guest_physical_address) {
  struct ept_outcome outcome;
  outcome.result = result;
  outcome.level = level;
  @{nothing}
  return outcome;
}

/* The outcome of an access that reaches its page: translated or sub-page check. */
static inline struct ept_outcome ept_reach_page(ept_word conditions, const struct ept_progress* progress,
                                                enum ept_result result, ept_word guest_physical_address,
                                                ept_word access) {
  const ept_word entry = progress->entry;
  const ept_word offset = ((ept_word)1 << ept_index_low(progress->level)) - 1;
  struct ept_outcome outcome = ept_outcome_of(result, progress->level, guest_physical_address);
  outcome.host_physical_address = (entry & EPT_ENTRY_ADDRESS & ~offset) | (guest_physical_address & offset);
  outcome.memory_type = (entry & EPT_ENTRY_MEMORY_TYPE) >> @{memory_type_low};
  outcome.ignore_pat = (entry & EPT_ENTRY_IGNORE_PAT) >> @{ignore_pat_low};
  ept_report_flags(conditions, progress, access, &outcome);
  return outcome;
}

/* The outcome of an access that is refused. */
static inline struct ept_outcome ept_violate(const struct ept_context* context, const struct ept_progress* progress,
                                             ept_word violations, ept_word guest_physical_address, ept_word access) {
  const ept_word conditions = context->conditions;
  const ept_word entry = progress->entry;
  const struct ept_qualification qualification =
      ept_qualify(context, access, violations, progress->all, entry, progress->page);
  struct ept_outcome outcome = ept_outcome_of(EPT_VIOLATION, progress->level, guest_physical_address);
  outcome.rules = violations;
  outcome.qualification = qualification.set;
  outcome.qualification_defined = qualification.defined;
  @{convertible_locals}
  @{convertible}
  outcome.convertible_defined = ept_when(!convertible_undefined, 1);
  outcome.convertible = ept_when(convertible, outcome.convertible_defined);
  ept_report_flags(conditions, progress, access, &outcome);
  return outcome;
}

/* The outcome of a walk that has met a misconfigured entry. */
static inline struct ept_outcome ept_misconfigure(const struct ept_context* context,
                                                  const struct ept_progress* progress, ept_word guest_physical_address,
                                                  ept_word access) {
  const struct ept_masks* masks = ept_masks_for(context, progress->level, progress->entry);
  struct ept_outcome outcome = ept_outcome_of(EPT_MISCONFIGURATION, progress->level, guest_physical_address);
  outcome.rules = progress->rules;
  outcome.reserved_bits = progress->entry & masks->forbidden;
  ept_report_flags(context->conditions, progress, access, &outcome);
  return outcome;
}

/* What an access at a guest-physical address comes to when the walk has ended with a step. */
static inline struct ept_outcome ept_conclude(const struct ept_context* context, const struct ept_progress* progress,
                                              enum ept_step step, ept_word guest_physical_address, ept_word access) {
  const ept_word conditions = context->conditions;
  ept_word violations = progress->level == 0 ? progress->rules : (ept_word)@{not_present_rule};
  if (step == EPT_STEP_MISCONFIGURATION) return ept_misconfigure(context, progress, guest_physical_address, access);
  if (step == EPT_STEP_PAGE) {
    violations = ept_permission_violations(conditions, progress, access);
    @{add_further_violations}
    if (!violations) return ept_reach_page(conditions, progress, EPT_TRANSLATED, guest_physical_address, access);
    if (ept_needs_sub_page_check(conditions, progress, access, violations))
      return ept_reach_page(conditions, progress, EPT_SUB_PAGE_CHECK, guest_physical_address, access);
  }
  return ept_violate(context, progress, violations, guest_physical_address, access);
}

/* Walks on if the walk has come to a level. Called with a constant level, it becomes faster code than a loop. */
static inline enum ept_step ept_walk_level(const struct ept_context* context, int level, enum ept_step step,
                                           ept_word guest_physical_address, ept_read_entry read, void* memory,
                                           struct ept_progress* progress) {
  if (step != EPT_STEP_TABLE || progress->level != level) return step;
  return ept_advance(context, read(memory, ept_entry_address(progress, guest_physical_address)), progress);
}

/*
 * Translates a guest-physical address (bits 63:52 are 0) for an access, a set of EPT_ACCESS_... attributes. read is
 * called once for each entry of the walk, with memory handed through.
 */
static inline struct ept_outcome ept_walk(const struct ept_context* context, ept_word guest_physical_address,
                                          ept_word access, ept_read_entry read, void* memory) {
  struct ept_progress progress;
  enum ept_step step = ept_begin(context, guest_physical_address, &progress);
  @{walk}
  return ept_conclude(context, &progress, step, guest_physical_address, access);
}

@{sub_page}
#endif
)";

constexpr const char* kShortcut =
    "/* The usual case: an access that only reads, writes or fetches, as every entry allows. */\n"
    "if (!(access & ~(all & (@{rights})))) return 0;\n";

// Causes that an access may have which every entry allows, or that speak of its address.
constexpr const char* kFurtherViolations = R"(/* Further causes of a violation of a complete walk, EPT_VIOLATION_... */
static inline ept_word ept_further_violations(ept_word conditions, const struct ept_progress* progress,
                                              ept_word guest_physical_address, ept_word access) {
  @{unused}
  @{locals}
  ept_word violations = 0;
  @{rules}
  return violations;
}

)";

}  // namespace model
