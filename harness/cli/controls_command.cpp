// eptspec controls: from the capability MSRs, what the VMX controls may be, and the control words for what is wished.
#include <algorithm>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/cli/controls_text.h"
#include "model/controls/msr_lines.h"
#include "vectors/format/file.h"

namespace cli {

namespace {

struct ControlsArguments {
  std::string profile;
  std::vector<std::string> msr;
  std::vector<std::string> msrs;
  std::vector<std::string> words;
  std::vector<std::string> require;
  std::vector<std::string> want;
  std::vector<std::string> wish;
  std::string governed_by = "bit-55";
  std::string json;
};

// The MSRs that were given; those of the profile count where no other value is given.
spec::Knowledge given_msrs(const spec::Spec& spec, const ControlsArguments& arguments,
                           std::vector<std::string>& mistakes) {
  spec::Knowledge msrs;
  for (const std::string& line : arguments.msr) model::read_msr_line(spec, line, "--msr", msrs, mistakes);
  for (const std::string& file : arguments.msrs)
    model::read_msr_lines(spec, vectors::read_file(file, "a file of MSRs"), file, msrs, mistakes);
  if (!arguments.profile.empty()) {
    const spec::Profile* const profile = find_id(spec.profiles, arguments.profile);
    if (profile == nullptr)
      throw std::runtime_error(fmt::format("'{}' is no profile; expected one of spec/profiles", arguments.profile));
    msrs.merge(model::msrs_of(spec, *profile));
  }
  if (msrs.empty() && mistakes.empty())
    throw std::runtime_error("no MSR is given; expected --profile, --msr or --msrs");
  return model::with_absent_msrs(spec, std::move(msrs));
}

void add_controls(const spec::Spec& spec, const std::vector<std::string>& names, const std::string& place,
                  std::vector<model::Control>& controls, std::vector<std::string>& mistakes) {
  for (const std::string& name : names) {
    const std::vector<model::Control> found = model::controls_named(spec, name);
    if (found.size() == 1) {
      controls.push_back(found.front());
      continue;
    }
    std::string expected;
    for (const model::Control& control : found) expected += (expected.empty() ? "" : " or ") + name_of(spec, control);
    if (found.empty()) expected = "a name such as enable_ept";
    mistakes.push_back(fmt::format("{}: '{}' is {} control; expected {}", place, name,
                                   found.empty() ? "no" : "more than one", expected));
  }
}

// Lines "require NAME..." and "want NAME..."; empty lines and what is behind a # are ignored.
void read_wish(const spec::Spec& spec, const std::string& file, model::Wish& wish, std::vector<std::string>& mistakes) {
  std::istringstream lines(vectors::read_file(file, "a file of controls"));
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::vector<std::string> names{std::istream_iterator<std::string>(words), {}};
    if (names.empty()) continue;
    const std::string first = names.front();
    names.erase(names.begin());
    const std::string place = fmt::format("{}:{}", file, number);
    if (first != "require" && first != "want") {
      mistakes.push_back(fmt::format("{}: '{}' begins the line; expected require or want", place, first));
    } else {
      add_controls(spec, names, place, first == "want" ? wish.wanted : wish.required, mistakes);
    }
  }
}

model::Wish wish_of(const spec::Spec& spec, const ControlsArguments& arguments, std::vector<std::string>& mistakes) {
  model::Wish wish;
  for (const std::string& file : arguments.wish) read_wish(spec, file, wish, mistakes);
  add_controls(spec, arguments.require, "--require", wish.required, mistakes);
  add_controls(spec, arguments.want, "--want", wish.wanted, mistakes);
  return wish;
}

std::vector<model::Setting> chosen(const spec::Spec& spec, const std::vector<model::Setting>& all,
                                   const std::vector<std::string>& words, std::vector<std::string>& mistakes) {
  if (words.empty()) return all;
  std::vector<model::Setting> settings;
  for (const std::string& id : words) {
    const auto found = std::ranges::find_if(
        all, [&](const model::Setting& one) { return spec.registers.at(register_at(one.word)).id == id; });
    if (found == all.end()) {
      mistakes.push_back(fmt::format("--word: '{}' is no control word; expected an id such as primary_controls", id));
    } else {
      settings.push_back(*found);
    }
  }
  return settings;
}

bool is_refused(const std::vector<model::BrokenRule>& rules) {
  return std::ranges::any_of(rules, [](const model::BrokenRule& broken) { return !broken.ending->may; });
}

int controls(const Invocation& invocation, const ControlsArguments& arguments) {
  const auto spec = load_or_report(invocation.spec_directory);
  if (!spec) return kCouldNotRun;
  std::vector<std::string> mistakes;
  spec::Knowledge knowledge = given_msrs(*spec, arguments, mistakes);
  const model::Wish wish = wish_of(*spec, arguments, mistakes);
  const bool plain = arguments.governed_by == "plain";
  ControlsAnswer answer;
  answer.all =
      model::settings_of(*spec, knowledge, plain ? model::Governed::by_plain_msrs : model::Governed::by_bit_55);
  answer.settings = chosen(*spec, answer.all, arguments.words, mistakes);
  if (!are_none(mistakes)) return kCouldNotRun;
  answer.msr_values = model::broken_rules(*spec, *find_id(spec->checks, "msr_values"), knowledge);
  if (!wish.required.empty() || !wish.wanted.empty()) {
    answer.words = model::words_for(*spec, answer.all, wish);
    for (const auto& [word, value] : answer.words->values) knowledge[word] = spec::known(value);
    answer.vm_entry = model::broken_rules(*spec, *find_id(spec->checks, "vm_entry"), knowledge);
  }
  if (!arguments.json.empty()) vectors::write_file(arguments.json, controls_json(*spec, answer));
  fmt::print("{}", controls_text(*spec, answer));
  const bool missing = answer.words && !answer.words->missing.empty();
  return missing || is_refused(answer.vm_entry) || is_refused(answer.msr_values) ? kDeviations : 0;
}

}  // namespace

void add_controls_command(Command& app, Invocation& invocation) {
  Command command =
      app.add_subcommand("controls", "Say which VMX controls the capability MSRs allow, and compute control words");
  auto& arguments = runs<ControlsArguments>(command, invocation, controls);
  command.add_option("--profile", arguments.profile, "Take the MSRs of this profile");
  command.add_option("--msr", arguments.msr, "MSRs as NUMBER:VALUE, both hexadecimal; also in place of the profile's");
  command.add_option("--msrs", arguments.msrs, "File of MSRs, a line NUMBER VALUE for each");
  command.add_option("--word", arguments.words, "Show only these control words");
  command.add_option("--require", arguments.require, "Controls that must be there, such as enable_ept");
  command.add_option("--want", arguments.want, "Controls that are set if they are there");
  command.add_option("--wish", arguments.wish, "File of lines require NAME... and want NAME...");
  command.add_option("--governed-by", arguments.governed_by,
                     "bit-55: the MSRs that bit 55 of IA32_VMX_BASIC selects; plain: 481H to 484H, as Linux does",
                     one_of({"bit-55", "plain"}));
  command.add_option("--json", arguments.json, "Write the answer to this file");
}

}  // namespace cli
