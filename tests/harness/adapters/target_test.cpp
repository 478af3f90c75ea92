// How a target is written: read, printed, refused.
#include <gtest/gtest.h>

#include <stdexcept>

#include "harness/adapters/target.h"

namespace {

using harness::parse_target;
using harness::Path;
using harness::Target;
using harness::TargetKind;

TEST(Target, is_read_with_its_parts) {
  EXPECT_EQ(parse_target("reference"), Target{TargetKind::reference});
  EXPECT_EQ(parse_target("lib:/a:b/c.so"), (Target{TargetKind::library, "/a:b/c.so"}));
  EXPECT_EQ(parse_target("exec:python3 'x/device'"), (Target{TargetKind::command, "python3 'x/device'"}));
  EXPECT_EQ(parse_target("serial:/dev/ttyS0"), (Target{TargetKind::serial, "/dev/ttyS0"}));
  EXPECT_EQ(parse_target("bochs:a,b"), (Target{TargetKind::bochs, "a,b"}));
  EXPECT_EQ(parse_target("kvm/device"), (Target{TargetKind::kvm, "", Path::device}));
  EXPECT_EQ(parse_target("kvm-bochs:m/second_operand"), (Target{TargetKind::kvm_bochs, "m", Path::second_operand}));
}

TEST(Target, without_a_model_is_the_usual_one) {
  EXPECT_EQ(text_of(parse_target("bochs")), "bochs:tigerlake");
  EXPECT_EQ(text_of(parse_target("bochs/device")), "bochs:tigerlake/device");
  EXPECT_EQ(text_of(parse_target("kvm-bochs")), "kvm-bochs:corei7_skylake_x");
}

TEST(Target, printed_is_what_was_read) {
  for (const char* text : {"reference", "lib:./x.so", "exec:a b/c", "bochs:all", "bochs:m/device", "kvm-bochs:m",
                           "kvm-bochs:m/second_operand", "kvm", "kvm/device", "qemu", "serial:/dev/ttyUSB0"}) {
    EXPECT_EQ(text_of(parse_target(text)), text);
  }
}

TEST(Target, on_a_path_has_two_names) {
  EXPECT_EQ(names_of(parse_target("kvm-bochs:m/device")),
            (std::vector<std::string>{"kvm-bochs:m/device", "kvm-bochs:m"}));
}

std::string why_not(const std::string& text) {
  try {
    parse_target(text);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "it is one";
}

TEST(Target, what_is_none_is_told_with_those_that_there_are) {
  for (const std::string text : {"xen", "", "lib", "exec", "serial", "reference:x", "reference/device", "kvm:m",
                                 "qemu/device", "bochss", ":m", "/device"}) {
    EXPECT_EQ(why_not(text), "'" + text +
                                 "' is not a target; expected reference, lib:PATH.so, exec:COMMAND, bochs[:MODEL], "
                                 "kvm-bochs[:MODEL], kvm, qemu or serial:DEVICE");
  }
}

TEST(Target, that_names_nothing_is_told_what_it_should) {
  EXPECT_EQ(why_not("lib:"), "'lib:' names nothing to run; expected the path of a library behind 'lib:'");
  EXPECT_EQ(why_not("exec: \t"), "'exec: \t' names nothing to run; expected a command behind 'exec:'");
  EXPECT_EQ(why_not("bochs:/device"), "'bochs:/device' names nothing to run; expected a model behind 'bochs:'");
}

TEST(Target, path_that_there_is_not_is_told) {
  EXPECT_EQ(why_not("kvm/by_foot"), "'by_foot' is no path; expected device or second_operand");
  EXPECT_EQ(why_not("kvm/"), "'' is no path; expected device or second_operand");
}

}  // namespace
