#include "vectors/generate/formula.h"

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "vectors/format/names.h"

namespace vectors {

namespace {

using Subject = Demand::Subject;

constexpr ept_word kTable = 0x1000;
constexpr ept_word kPage = 0x40000000;
constexpr ept_word kWriteBack = 6;
constexpr ept_word kPermissions = EPT_ENTRY_READ | EPT_ENTRY_WRITE | EPT_ENTRY_EXECUTE;

// In Formulas::chosen(): the words of controls, EPTP, access, address, then the entries from level 5 down, pointer.
constexpr std::size_t kEptp = kControls.size();
constexpr std::size_t kAccess = kEptp + 1;
constexpr std::size_t kGpa = kAccess + 1;
constexpr std::size_t kPointer = kGpa + 6;
std::size_t entry_position(int level) { return kPointer - static_cast<std::size_t>(level); }

}  // namespace

Case plain_walk_of(int levels, int page) {
  Case plain;
  plain.level = levels;
  plain.registers.eptp = kTable | static_cast<ept_word>(levels - 1) << 3 | kWriteBack;
  plain.access = EPT_ACCESS_DATA_READ;
  for (int level = levels; level >= 1; --level) {
    const ept_word page_entry = kPage | kWriteBack << 3 | kPermissions | (level > 1 ? EPT_ENTRY_PAGE_SIZE : 0);
    const ept_word table_entry = kTable * static_cast<ept_word>(levels - level + 2) | kPermissions;
    plain.entries.push_back(level == page || level == 1 ? page_entry : table_entry);
  }
  return plain;
}

Case plain_sub_page_check() {
  constexpr ept_word kFirst = 0x8000;
  Case plain = plain_walk_of(kSubPageLevels, 1);
  plain.question = Question::sub_page;
  plain.access = EPT_ACCESS_WRITE;
  plain.registers.sub_page_table_pointer = kFirst;
  for (std::size_t n = 0; n < plain.entries.size(); ++n)
    plain.entries[n] = (kFirst + kTable * (n + 1)) | EPT_SUB_PAGE_VALID;
  plain.entries.back() = EPT_SUB_PAGE_WRITE_0;
  return plain;
}

int page_of(const spec::Spec& spec, const Goal& goal) {
  for (const Demand& demand : goal.demands) {
    if (demand.subject == Subject::format && spec.formats.at(demand.value).maps_page) return demand.level;
  }
  return goal.ending == Ending::page ? std::max(goal.last, 1) : 1;
}

Formulas::Formulas(z3::context& context, const spec::Spec& spec)
    : context_(context), spec_(spec), configuration_(context, spec) {
  for (const ept_register n : ept_configuration_registers)
    processor_.emplace(spec::word_of_register(n), configuration_.at(n));
  for (const Controls& controls : kControls) {
    z3::expr& control = configuration_.at(controls.number);
    chosen_.push_back(control);
    control = control | number(controls.enabled);
  }
  for (const char* name :
       {"eptp_difference", "access_difference", "gpa_difference", "entry_5_difference", "entry_4_difference",
        "entry_3_difference", "entry_2_difference", "entry_1_difference", "pointer_difference"})
    chosen_.push_back(context.bv_const(name, model::kWordBits));
}

Values Formulas::addresses() {
  Values masks(kPointer + 1, 0);
  masks[kEptp] = masks[kPointer] = EPT_ENTRY_ADDRESS;
  for (int level = 5; level >= 1; --level) masks[entry_position(level)] = EPT_ENTRY_ADDRESS;
  return masks;
}

Case Formulas::plain_of(const Goal& goal) const {
  return goal.question == Question::sub_page ? plain_sub_page_check()
                                             : plain_walk_of(std::max(goal.levels, 4), page_of(spec_, goal));
}

Values Formulas::with_demands(const Goal& goal, Values values) const {
  const int levels = std::max(goal.levels, 4);
  const Case plain = plain_of(goal);
  const auto put = [&](std::size_t position, ept_word start, ept_word mask, ept_word value) {
    values[position] = (values[position] & ~mask) | ((start ^ value) & mask);
  };
  for (const Demand& demand : goal.demands) {
    const auto entry = [&] { return plain.entries.at(static_cast<std::size_t>(levels - demand.level)); };
    if (demand.any) continue;
    if (demand.subject == Subject::eptp) put(kEptp, plain.registers.eptp, demand.mask, demand.value);
    if (demand.subject == Subject::sub_page_table_pointer)
      put(kPointer, plain.registers.sub_page_table_pointer, demand.mask, demand.value);
    if (demand.subject == Subject::access) put(kAccess, plain.access, demand.mask, demand.value);
    if (demand.subject == Subject::gpa) put(kGpa, plain.guest_physical_address, demand.mask, demand.value);
    if (demand.subject == Subject::entry) put(entry_position(demand.level), entry(), demand.mask, demand.value);
    if (demand.subject == Subject::reserved_bits)
      put(entry_position(demand.level), entry(), demand.value, demand.value);
  }
  return values;
}

Values Formulas::values_in(const z3::model& model) const {
  Values values;
  for (const z3::expr& word : chosen_) values.push_back(model.eval(word, true).get_numeral_uint64());
  // Bits that are no control are in no formula; a model may set them.
  for (std::size_t i = 0; i < kEptp; ++i) values[i] &= spec_.registers.at(kControls[i].number).of_walk;
  return values;
}

bool Formulas::holds(const z3::expr& formula, const Values& values, const spec::Profile& profile) const {
  z3::model model(context_);
  const auto set = [&](const z3::expr& word, ept_word value) {
    z3::func_decl name = word.decl();
    z3::expr constant = context_.bv_val(value, model::kWordBits);
    model.add_const_interp(name, constant);
  };
  for (std::size_t i = 0; i < values.size(); ++i) set(chosen_[i], values[i]);
  set(configuration_.maxphyaddr, static_cast<ept_word>(profile.maxphyaddr));
  for (const ept_register n : {EPT_REGISTER_CAPABILITY, EPT_REGISTER_PARAMETERS})
    set(configuration_.at(n), profile.registers.at(n));
  return model.eval(formula, true).is_true();
}

Formulas::Shape& Formulas::shape_of(const Goal& goal) {
  const int levels = std::max(goal.levels, 4);
  const auto key = std::tuple(goal.question == Question::sub_page, levels, page_of(spec_, goal));
  const auto [found, is_new] = shapes_.try_emplace(key);
  Shape& shape = found->second;
  if (!is_new) return shape;
  shape.plain = plain_of(goal);
  shape.inputs = std::make_unique<model::Inputs>(context_, spec_);
  shape.inputs->configuration = configuration_;
  shape.inputs->configuration[kEptpWord] = chosen_[kEptp] ^ number(shape.plain.registers.eptp);
  shape.inputs->access = chosen_[kAccess] ^ number(shape.plain.access);
  shape.inputs->gpa = chosen_[kGpa] ^ number(shape.plain.guest_physical_address);
  shape.inputs->configuration[shape.inputs->pointer_word] =
      chosen_[kPointer] ^ number(shape.plain.registers.sub_page_table_pointer);
  for (int level = levels; level >= 1; --level) {
    const auto position = static_cast<std::size_t>(levels - level);
    shape.inputs->entries.at(static_cast<std::size_t>(level - 1)) =
        chosen_.at(entry_position(level)) ^ number(shape.plain.entries.at(position));
  }
  shape.meaning = std::make_unique<model::Meaning>(context_, spec_, *shape.inputs);
  return shape;
}

const model::Terms& Formulas::classified(Shape& shape, int level) {
  const auto [found, is_new] = shape.classified.try_emplace(level);
  if (is_new) {
    found->second = shape.meaning->classify(level, shape.inputs->entry(level));
    for (model::Term& term : found->second) term.value = term.value.simplify();
  }
  return found->second;
}

// How far the walk has come when it ends as the goal has it.
model::Progress Formulas::progress_of(Shape& shape, const Goal& goal) {
  const bool begins = goal.ending != Ending::before_walk;
  model::Progress progress = shape.meaning->begin(begins ? goal.levels : 0);
  if (!begins) progress.rules = shape.meaning->early_violations();
  const auto entry = [&]() -> const z3::expr& { return shape.inputs->entry(progress.level); };
  while (progress.level > goal.last) progress = shape.meaning->use(progress, entry(), false);
  if (begins && goal.ending == Ending::page) progress = shape.meaning->use(progress, entry(), true);
  if (begins) progress.entry = entry();
  return progress;
}

const model::Terms& Formulas::concluded(Shape& shape, const Goal& goal) {
  const auto key = std::tuple(goal.ending, goal.last);
  const auto [found, is_new] = shape.concluded.try_emplace(key);
  if (!is_new) return found->second;
  if (goal.question == Question::sub_page) {
    found->second = shape.meaning->sub_page_check();
    for (model::Term& term : found->second) term.value = term.value.simplify();
    return found->second;
  }
  const model::Progress progress = progress_of(shape, goal);
  const auto how = goal.ending == Ending::page            ? model::Ending::page
                   : goal.ending == Ending::misconfigured ? model::Ending::misconfiguration
                                                          : model::Ending::violation;
  found->second = shape.meaning->conclude(progress, how, shape.inputs->gpa, shape.inputs->access);
  for (model::Term& term : found->second) term.value = term.value.simplify();
  return found->second;
}

// The walk comes to the entry at which the goal has it end, and ends there.
z3::expr Formulas::walked(Shape& shape, const Goal& goal) {
  z3::expr_vector parts(context_);
  parts.push_back(model::value_of(shape.meaning->eptp_check(), "rules") == number(0));
  parts.push_back(shape.meaning->five_levels() == context_.bool_val(goal.levels == 5));
  parts.push_back(tables_apart(shape, shape.inputs->eptp(), goal.levels));
  parts.push_back(usual_access(spec_, shape.inputs->access));
  const auto width = static_cast<unsigned>(spec_.max_maxphyaddr);
  parts.push_back(shape.inputs->gpa.extract(63, width) == context_.bv_val(0, 64 - width));
  const bool begins = goal.ending != Ending::before_walk;
  parts.push_back((shape.meaning->early_violations() == number(0)) == context_.bool_val(begins));
  for (int level = goal.levels; begins && level > goal.last; --level)
    parts.push_back(model::value_of(classified(shape, level), "kind") == number(EPT_TABLE));
  if (begins) {
    const ept_kind kind = goal.ending == Ending::page            ? EPT_PAGE
                          : goal.ending == Ending::misconfigured ? EPT_MISCONFIGURED
                                                                 : EPT_NOT_PRESENT;
    parts.push_back(model::value_of(classified(shape, goal.last), "kind") == number(kind));
  }
  return model::all_of(parts).simplify();
}

// The check is one to which a walk of 4 levels can come (reaches_sub_page_check in vector.h), at an address of 48 bits.
z3::expr Formulas::checked(Shape& shape) {
  const Case walk = walk_to_sub_page_check(shape.plain);
  model::Progress progress = shape.meaning->begin(kSubPageLevels);
  for (std::size_t n = 0; n < walk.entries.size(); ++n)
    progress = shape.meaning->use(progress, number(walk.entries[n]), n + 1 == walk.entries.size());
  const model::Terms come_to =
      shape.meaning->conclude(progress, model::Ending::page, shape.inputs->gpa, shape.inputs->access);
  z3::expr_vector parts(context_);
  parts.push_back(model::value_of(shape.meaning->eptp_check(), "rules") == number(0));
  parts.push_back(!shape.meaning->five_levels());
  parts.push_back(tables_apart(shape, shape.inputs->sub_page_pointer(), kSubPageLevels));
  parts.push_back(usual_access(spec_, shape.inputs->access));
  parts.push_back(shape.inputs->gpa.extract(63, 48) == context_.bv_val(0, 16));
  parts.push_back(model::value_of(come_to, "result") == number(EPT_SUB_PAGE_CHECK));
  return model::all_of(parts).simplify();
}

// As tables_are_apart (vector.h): no two tables lie at one address.
z3::expr Formulas::tables_apart(Shape& shape, const z3::expr& root, int levels) {
  constexpr auto kLow = static_cast<unsigned>(std::countr_zero(EPT_ENTRY_ADDRESS));
  constexpr auto kHigh = static_cast<unsigned>(std::bit_width(EPT_ENTRY_ADDRESS)) - 1;
  z3::expr_vector tables(context_);
  tables.push_back(root.extract(kHigh, kLow));
  for (int level = levels; level > 1; --level) tables.push_back(shape.inputs->entry(level).extract(kHigh, kLow));
  return z3::distinct(tables);
}

z3::expr usual_access(const spec::Spec& spec, const z3::expr& access) {
  const auto number = [&](ept_word value) { return model::word(access.ctx(), value); };
  const ept_word mask = usual_attributes(spec);
  ept_word all = 0;
  for (const spec::NamedBits& attribute : spec.attributes) all |= mask_of(attribute.bits);
  z3::expr_vector usual(access.ctx());
  for (const spec::Access& one : spec.accesses) usual.push_back((access & number(mask)) == number(one.attributes));
  return model::any_of(usual) && (access & number(~all)) == number(0);
}

model::Words Formulas::words_at_end(Shape& shape, const Goal& goal, const Demand& demand) {
  model::Words words = shape.meaning->no_words();
  if (goal.question == Question::eptp) return words;
  const model::Progress progress = progress_of(shape, goal);
  words[spec::Word::gpa] = shape.inputs->gpa;
  words[spec::Word::access] = shape.inputs->access;
  words[spec::Word::entry] = demand.level > 0 ? shape.inputs->entry(demand.level) : progress.entry;
  words[spec::Word::all] = progress.all;
  words[spec::Word::nonleaf] = progress.nonleaf;
  words[spec::Word::leaf] = progress.entry;
  words[spec::Word::walk] = number(walk_facts(goal.ending, goal.last));
  if (goal.ending != Ending::misconfigured)
    words[spec::Word::violation] = model::value_of(concluded(shape, goal), "rules");
  return words;
}

// The format that a goal asks of the entry that a demand is about; nothing where it asks for none.
const spec::Format* Formulas::format_of(const Goal& goal, const Demand& demand) const {
  for (const Demand& other : goal.demands) {
    if (other.subject == Subject::format && other.level == demand.level) return &spec_.formats.at(other.value);
  }
  return nullptr;
}

z3::expr Formulas::condition(Shape& shape, const Goal& goal, const Demand& demand) {
  model::Words words = shape.meaning->no_words();
  if (demand.subject == Subject::at_end) words = words_at_end(shape, goal, demand);
  if (demand.subject == Subject::refuses) {
    words[spec::Word::access] = shape.inputs->access;
    words[spec::Word::entry] = words[spec::Word::all] = words[spec::Word::nonleaf] = words[spec::Word::leaf] =
        shape.inputs->entry(demand.level);
  }
  return z3::ite(shape.meaning->holds(*demand.condition, words, format_of(goal, demand)), number(1), number(0));
}

z3::expr Formulas::subject(Shape& shape, const Goal& goal, const Demand& demand) {
  const auto of_entry = [&](const char* name) { return model::value_of(classified(shape, demand.level), name); };
  switch (demand.subject) {
    case Subject::eptp: return shape.inputs->eptp();
    case Subject::sub_page_table_pointer: return shape.inputs->sub_page_pointer();
    case Subject::gpa: return shape.inputs->gpa;
    case Subject::access: return shape.inputs->access;
    case Subject::entry: return shape.inputs->entry(demand.level);
    case Subject::eptp_rules: return model::value_of(shape.meaning->eptp_check(), "rules");
    case Subject::kind: return of_entry("kind");
    case Subject::format: return of_entry("format");
    case Subject::entry_rules: return of_entry("rules");
    case Subject::reserved_bits: return of_entry("reserved_bits");
    case Subject::outcome:
      return model::value_of(concluded(shape, goal), demand.member == nullptr ? "result" : demand.member->name);
    case Subject::condition:
    case Subject::at_end:
    case Subject::refuses: return condition(shape, goal, demand);
  }
  throw std::logic_error("unknown subject");
}

const z3::expr& Formulas::common(const Goal& goal) {
  Shape& shape = shape_of(goal);
  const auto key = std::tuple(goal.question == Question::eptp, goal.ending, goal.last);
  const auto found = shape.common.find(key);
  if (found != shape.common.end()) return found->second;
  z3::expr formula = model::width_in_range(spec_, configuration_);
  if (goal.question == Question::sub_page)
    formula = formula && checked(shape);
  else if (goal.question != Question::eptp)
    formula = formula && walked(shape, goal);
  return shape.common.emplace(key, formula.simplify()).first->second;
}

z3::expr_vector Formulas::results(const Goal& goal) {
  z3::expr_vector list(context_);
  if (goal.question == Question::eptp) return list;
  Shape& shape = shape_of(goal);
  const bool misconfigured = goal.ending == Ending::misconfigured;
  for (const model::Term& term : misconfigured ? classified(shape, goal.last) : concluded(shape, goal)) {
    if (!term.value.is_numeral()) list.push_back(term.value);
  }
  return list;
}

z3::expr Formulas::demanded(const Goal& goal) {
  Shape& shape = shape_of(goal);
  z3::expr_vector parts(context_);
  for (const Demand& demand : goal.demands) {
    const z3::expr masked = subject(shape, goal, demand) & number(demand.mask);
    parts.push_back(demand.any ? masked != number(0) : masked == number(demand.value));
  }
  return model::all_of(parts);
}

Case Formulas::case_of(const Goal& goal, const Values& values, const spec::Profile& profile) const {
  return asked_by(goal, walk_of(goal, values, profile));
}

Case Formulas::walk_of(const Goal& goal, const Values& values, const spec::Profile& profile) const {
  Case asked = plain_of(goal);
  asked.question = goal.question == Question::entry ? Question::walk : goal.question;
  const ept_registers plain = asked.registers;
  asked.registers = configuration_of(profile);
  asked.registers.eptp = plain.eptp;
  asked.registers.sub_page_table_pointer = plain.sub_page_table_pointer;
  for (std::size_t i = 0; i < kControls.size(); ++i)
    controls_in(asked.registers, kControls[i]) = values[i] | kControls[i].enabled;
  asked.registers.eptp ^= values[kEptp];
  if (goal.question == Question::eptp) return {.question = goal.question, .registers = asked.registers};
  asked.access ^= values[kAccess];
  asked.guest_physical_address ^= values[kGpa];
  if (goal.question == Question::sub_page) asked.registers.sub_page_table_pointer ^= values[kPointer];
  int level = asked.level;
  for (ept_word& entry : asked.entries) entry ^= values.at(entry_position(level--));
  return asked;
}

}  // namespace vectors
