// Names of bits, for reports and messages: the vocabulary of ept_model.h as tables, each name with its place in the
// manual. Owns no name: they are emitted from the specification. Tests: tests/harness/support/names_test.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ept_names.h"
#include "harness/abi/eptspec_adapter.h"

namespace harness {

using Name = ept_name;

std::span<const Name> capability_names();
std::span<const Name> pin_based_names();
std::span<const Name> primary_names();
std::span<const Name> secondary_names();
std::span<const Name> tertiary_names();
std::span<const Name> parameter_names();
std::span<const Name> eptp_rule_names();
std::span<const Name> entry_rule_names();
std::span<const Name> violation_names();
std::span<const Name> access_names();
std::span<const Name> qualification_names();
std::span<const Name> flag_names();  // accessed and dirty
// Of entries, by format: the fields that mean something or hold an address, and those that must be 0.
std::span<const ept_field_name> field_names();
std::span<const ept_field_name> reserved_names();

ept_word all_bits(std::span<const Name> names);  // that have a name

// The names of the bits that are set, joined by a comma and a blank; bits without a name as a hexadecimal rest.
std::string names_of(std::span<const Name> names, ept_word bits);

const char* name_of(ept_format format);
// The name of an EPTSPEC_... result, or null for a number that is none. result_of is its inverse and gives 0.
const char* result_name(std::uint32_t result);
std::uint32_t result_of(std::string_view name);

// The text with question marks for control characters, which would write over what a terminal shows.
std::string one_line(std::string text);
// The same for all that is not ASCII: what an implementation says goes into files of every form.
std::string plain(std::string_view text);

}  // namespace harness
