// Loads the specification for a command; prints its mistakes to standard error.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "spec/ir.h"

namespace cli {

std::optional<spec::Spec> load_or_report(const std::string& directory,
                                         const std::optional<std::filesystem::path>& overlay = std::nullopt);

}  // namespace cli
