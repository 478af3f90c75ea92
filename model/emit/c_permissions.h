// Which rules for a complete walk the emitted header judges behind a shortcut: an access that only reads, writes or
// fetches, as every entry allows, breaks none of them. Owns the proof of that for each rule, case by case; the others
// are judged for every access. Tests: tests/model/emit_test.cpp.
#pragma once

#include <string>
#include <vector>

#include "spec/ir.h"

namespace model {

struct PermissionRules {
  std::vector<spec::Rule> usual;    // those behind the shortcut, if there is one
  std::vector<spec::Rule> further;  // those that other accesses may break, or that speak of the address
  std::string rights;               // of the shortcut, a C expression; empty where there is none
};

PermissionRules permission_rules(const spec::Spec& spec);

}  // namespace model
