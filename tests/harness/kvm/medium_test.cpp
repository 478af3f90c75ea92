// Kernels and the CD: what is wrong with them is told in one line.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "harness/kvm/medium.h"
#include "harness/support/program.h"
#include "vectors/format/file.h"

namespace {

namespace fs = std::filesystem;

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

TEST(Kernel, own_kernel_is_a_file_and_a_directory) {
  const harness::WorkDirectory work("test");
  const std::string file = (work.path() / "vmlinuz").string();
  vectors::write_file(file, "kernel");
  EXPECT_EQ(harness::find_kernel(file + "+" + work.path().string()).vmlinuz, file);
  EXPECT_NE(error_of([&] { harness::find_kernel(file); }).find("expected VMLINUZ+MODULES"), std::string::npos);
  EXPECT_NE(error_of([&] { harness::find_kernel(file + "+/nowhere"); }).find("/nowhere: is no directory"),
            std::string::npos);
  EXPECT_NE(error_of([&] { harness::find_kernel("/nowhere/k+/tmp"); }).find("/nowhere/k: is no file"),
            std::string::npos);
}

TEST(Kernel, package_that_apt_does_not_know_is_told) {
  EXPECT_NE(
      error_of([] { harness::find_kernel("linux-image-of-nobody"); }).find("linux-image-of-nobody is not available"),
      std::string::npos);
}

TEST(Medium, missing_module_is_told) {
  const harness::WorkDirectory work("test");
  vectors::write_file(work.path() / "vmlinuz", "kernel");
  const harness::Kernel kernel{work.path() / "vmlinuz", work.path()};
  EXPECT_NE(error_of([&] { harness::boot_medium(kernel, ""); }).find("there is no module irqbypass"),
            std::string::npos);
}

TEST(Program, output_is_given_and_failure_told_with_the_last_line) {
  EXPECT_EQ(harness::run_program({"echo", "one"}, "/"), "one\n");
  EXPECT_EQ(harness::run_program({"pwd"}, "/usr"), "/usr\n");
  EXPECT_EQ(error_of([] { harness::run_program({"sh", "-c", "echo first; echo why; exit 3"}, "/"); }), "sh: why");
  EXPECT_EQ(error_of([] { harness::run_program({"no-such-program"}, "/"); }), "no-such-program is not installed");
}

}  // namespace
