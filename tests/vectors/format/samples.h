// The committed vectors of one profile, for tests of the formats; and files of them in which something was changed.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "vectors/format/document.h"

namespace samples {

inline constexpr const char* kProfile = "haswell_4770";

// As committed; that it is what is generated is shown by tests/vectors/generate/regenerate.cmake.
const vectors::Document& committed();
vectors::Document committed(const std::string& profile);
const vectors::Document& dense();

const vectors::Vector& with_goal(const std::string& goal);  // the first; throws when there is none
const vectors::Vector& with_id(const std::string& id);      // throws when there is none

// The text with the first `from` replaced; throws when it does not have it.
std::string replaced(std::string text, const std::string& from, const std::string& to);

bool has(const std::vector<std::string>& errors, const std::string& what);  // some error says so

}  // namespace samples
