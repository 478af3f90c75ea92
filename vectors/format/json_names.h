// The words of the JSON format, shared by its writer and its reader; the names of the outcome are those that goals use.
#pragma once

#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "ept_model.h"

namespace vectors {

inline constexpr const char* kFormat = "eptspec vectors 2";
inline constexpr const char* kTablesFormat = "eptspec tables 1";
// Of a vector that does not say otherwise.
inline constexpr int kUsualQuestion = 2;  // in kQuestions: a walk
inline constexpr int kUsualLevel = 4;
inline constexpr const char* kAccepted = "accepted";
inline constexpr const char* kRefused = "refused";

// An entry in the file's list of drawn entries: "4 0x2007".
inline std::string entry_key(int level, ept_word value) { return fmt::format("{} {:#x}", level, value); }

// In the order of Question, ept_kind, ept_result and ept_format.
inline constexpr std::array kQuestions = {"eptp", "entry", "walk"};
inline constexpr std::array kKinds = {"not_present", "misconfigured", "table", "page"};
inline constexpr std::array kResults = {"translated", "sub_page_check", "violation", "misconfiguration"};
inline constexpr std::array kFormats = {"pml5e", "pml4e", "pdpte_pd", "pdpte_1g", "pde_pt", "pde_2m", "pte"};
static_assert(kKinds.size() == EPT_PAGE + 1 && kResults.size() == EPT_MISCONFIGURATION + 1 &&
              kFormats.size() == EPT_FORMAT_PTE + 1);

inline constexpr std::array<std::pair<const char*, ept_word ept_configuration::*>, 4> kControls = {
    {{"pin_based", &ept_configuration::pin_based_controls},
     {"primary", &ept_configuration::primary_controls},
     {"secondary", &ept_configuration::secondary_controls},
     {"tertiary", &ept_configuration::tertiary_controls}}};

inline constexpr std::array<std::pair<const char*, ept_word ept_outcome::*>, 13> kOutcome = {
    {{"host_physical_address", &ept_outcome::host_physical_address},
     {"memory_type", &ept_outcome::memory_type},
     {"ignore_pat", &ept_outcome::ignore_pat},
     {"rules", &ept_outcome::rules},
     {"reserved_bits", &ept_outcome::reserved_bits},
     {"qualification", &ept_outcome::qualification},
     {"qualification_defined", &ept_outcome::qualification_defined},
     {"convertible", &ept_outcome::convertible},
     {"convertible_defined", &ept_outcome::convertible_defined},
     {"accessed_must", &ept_outcome::accessed_must},
     {"accessed_may", &ept_outcome::accessed_may},
     {"dirty_must", &ept_outcome::dirty_must},
     {"dirty_may", &ept_outcome::dirty_may}}};

}  // namespace vectors
