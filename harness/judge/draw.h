// A vector as text for people: each entry in hexadecimal with what its bits say. Tests:
// tests/harness/report/report_test.cpp.
#pragma once

#include <string>

#include "vectors/format/vector.h"

namespace harness {

// "8, 11": which bits are set.
std::string numbers_of(ept_word bits);

// "0x191e  reserved 8, 11": the EPTP with the bits that may not be 1, those from MAXPHYADDR on among them.
std::string eptp_text(const vectors::Case& asked);

// "read, write, execute; memory type 6; page_size; reserved 13": what is set in an entry of a level.
std::string bits_of(const vectors::Case& asked, int level, ept_word entry);

// Several lines, each begun by `indent`: configuration, EPTP, entries from the root down to the last that is read,
// access.
std::string draw(const vectors::Case& asked, const std::string& indent);

// The rules that decide the outcome, "reserved_bit", "entry_not_present", "write_not_allowed"; what the case comes to
// when none is broken: "eptp accepted", "page", "translated".
std::string rule_of(const vectors::Vector& vector);
bool breaks_several(const vectors::Vector& vector);

// The format of the entry that decides, "pde_2m"; "eptp" for an EPTP, "" when no entry was read.
std::string format_of(const vectors::Vector& vector);

}  // namespace harness
