// Reading a JSON object that somebody else wrote: every mistake with its place, every member visited. Tests:
// tests/vectors/format/lines_test.cpp.
#pragma once

#include <set>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "ept_model.h"
#include "vectors/format/names.h"

namespace vectors {

// One object with the members that it may have; says where something is wrong. After a mistake a value is 0 or empty.
class Object {
 public:
  using Json = nlohmann::ordered_json;

  // References are kept. `where` begins each error.
  Object(const Json& json, std::string where, std::vector<std::string>& errors);

  // To be called when every member that may be there has been looked for.
  void refuse_the_rest();
  void wrong(const std::string& what);

  const Json* find(const char* name, bool required);  // null when it is not there
  std::string text(const char* name, bool required);
  std::vector<std::string> texts(const char* name, bool required);
  int integer(const char* name, int low, int high);
  ept_word hex(const char* name, bool required);
  ept_word hex_of(const Json& json, const char* name);
  // The bits of a list of names, as names_in writes it.
  ept_word bits(const char* name, Vocabulary vocabulary, bool required);
  // The list that an optional member is, or an empty one.
  const Json& list(const char* name, bool required);
  // The place of a member in a list of names; -1 when it is none of them.
  int one_of(const char* name, std::span<const char* const> names);

  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] std::vector<std::string>& errors() { return errors_; }

 private:
  const Json& json_;
  std::string where_;
  std::vector<std::string>& errors_;
  std::set<std::string> known_;
};

}  // namespace vectors
