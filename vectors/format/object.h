// Reading JSON that somebody else wrote: every mistake with its place, every member visited. The only reader of JSON
// but for the answers of adapters (harness/adapters/protocol.h). Tests: tests/vectors/format/object_test.cpp.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "ept_model.h"
#include "vectors/format/names.h"

namespace vectors {

inline constexpr int kDeepestJson = 32;

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
  bool has(const char* name) { return find(name, false) != nullptr; }
  std::string text(const char* name, bool required);
  std::string any_text(const char* name);  // required, may be empty
  std::vector<std::string> texts(const char* name, bool required);
  int integer(const char* name, int low, int high);
  // A required number from 0 to 2^64-1.
  std::uint64_t number(const char* name);
  ept_word hex(const char* name, bool required);
  ept_word hex_of(const Json& json, const char* name);
  // The bits of a list of names, as names_in writes it.
  ept_word bits(const char* name, Vocabulary vocabulary, bool required);
  // The list that an optional member is, or an empty one.
  const Json& list(const char* name, bool required);
  // A member that is an object; it begins its errors with the name.
  Object object(const char* name);
  // The objects of a list, or the one object that stands for a list of one; they begin their errors with their number.
  std::vector<Object> objects(const char* name);
  // The place of a member in a list of names; -1 when it is none of them.
  int one_of(const char* name, std::span<const char* const> names);

  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] std::vector<std::string>& errors() { return errors_; }
  [[nodiscard]] const Json& json() const { return json_; }

 private:
  const Json& json_;
  std::string where_;
  std::vector<std::string>& errors_;
  std::set<std::string> known_;
};

// Calls `use` of the object that the whole text is. Otherwise there is one error, "FILE:LINE:COLUMN: no JSON: WHY",
// also for a member that is there twice and for nesting beyond kDeepestJson. `line` is that of the text in the file.
void read_object(std::string_view text, const std::string& file, std::size_t line, std::vector<std::string>& errors,
                 const std::function<void(Object&)>& use);

// The text in quotes. Bytes that are no UTF-8 become U+FFFD.
std::string json_text(const std::string& text);

}  // namespace vectors
