// The form of a deviation in JSON, and what is refused.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "harness/judge/deviation.h"
#include "harness/judge/judge.h"

namespace {

using harness::Deviation;
using harness::Field;
using harness::field_of;
using harness::json_of;

Deviation read_back(const std::string& text) {
  Deviation read;
  std::vector<std::string> errors;
  vectors::read_object(text, "f", 1, errors, [&](vectors::Object& from) { read = harness::deviation_of(from); });
  if (!errors.empty()) throw std::runtime_error(errors.front());
  return read;
}

TEST(Deviation, is_written_with_the_members_that_it_has) {
  EXPECT_EQ(json_of({field_of(EPT_OUTCOME_QUALIFICATION), 0, 1, 8}),
            R"({"field":"qualification","bit":8,"expected":0,"observed":1})");
  EXPECT_EQ(json_of({Field::result, EPTSPEC_WALK_VIOLATION, EPTSPEC_WALK_TRANSLATED}),
            R"({"field":"result","expected":"violation","observed":"translated"})");
  EXPECT_EQ(json_of({Field::entry, 0x107, 0x7, {}, 2}),
            R"({"field":"entry","level":2,"expected":"0x107","observed":"0x7"})");
}

TEST(Deviation, every_field_is_read_back) {
  EXPECT_EQ(harness::all_fields().size(), 11U + EPT_SAVED_FACTS);
  for (const Field field : harness::all_fields()) {
    const Deviation one{field, 1, 2};
    EXPECT_EQ(read_back(json_of(one)), one) << name_of(field);
  }
}

TEST(Deviation, what_is_none_is_refused) {
  for (const char* text :
       {"[]", "{}", R"({"field":"level"})", R"({"field":"level","expected":1})",
        R"({"field":"level","expected":"1","observed":2})", R"({"field":"level","expected":-1,"observed":2})",
        R"({"field":"result","expected":1,"observed":2})", R"({"field":"entry","expected":1,"observed":2})",
        R"({"field":"entry","expected":"0x","observed":"0x1"})",
        R"({"field":"entry","expected":"0x1z","observed":"0x1"})",
        R"({"field":"entry","bit":64,"expected":0,"observed":1})", R"({"field":"rules","expected":0,"observed":1})"}) {
    EXPECT_THROW(read_back(text), std::runtime_error) << text;
  }
}

// The schemas list the fields for those who read them; here they are held against the program.
TEST(Deviation, fields_of_the_schemas_are_those_that_are_judged) {
  std::string list;
  for (const Field field : harness::all_fields())
    list += std::string(list.empty() ? "" : ", ") + "\"" + name_of(field) + "\"";
  for (const char* file : {"report/report.schema.json", "suite/baseline.schema.json"}) {
    std::ifstream schema(std::string(EPTSPEC_SOURCE_DIR "/harness/") + file);
    const std::string text{std::istreambuf_iterator<char>(schema), {}};
    EXPECT_NE(text.find("\"field\": {\"enum\": [" + list + "]}"), std::string::npos) << file << "\n" << list;
  }
}

}  // namespace
