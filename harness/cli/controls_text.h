// What eptspec controls found, in words and as JSON. Owns no computation (model/controls). Tests:
// tests/harness/cli/controls_test.py.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/controls/broken_rules.h"
#include "model/controls/settings.h"

namespace cli {

struct ControlsAnswer {
  std::vector<model::Setting> settings;      // of the words to show
  std::vector<model::Setting> all;           // of all words
  std::optional<model::ControlWords> words;  // with a wish
  std::vector<model::BrokenRule> vm_entry;   // by the words
  std::vector<model::BrokenRule> msr_values;
};

std::string controls_text(const spec::Spec& spec, const ControlsAnswer& answer);
std::string controls_json(const spec::Spec& spec, const ControlsAnswer& answer);

}  // namespace cli
