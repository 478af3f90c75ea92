#include "model/proof/cvc5.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include <unistd.h>

#include <fmt/format.h>

namespace model {

namespace {

// A file that is gone when the object is.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    std::string name = (std::filesystem::temp_directory_path() / "eptspec-XXXXXX").string();
    const int descriptor = mkstemp(name.data());
    if (descriptor < 0) throw std::runtime_error("no temporary file can be made in " + name);
    close(descriptor);
    path_ = name;
    std::ofstream(path_) << content;
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct ClosePipe {
  void operator()(FILE* pipe) const { pclose(pipe); }
};

}  // namespace

std::string ask_cvc5(const std::string& script, unsigned timeout_seconds) {
  const TemporaryFile file(script);
  const std::string command =
      fmt::format("cvc5 --lang=smt2 --bitblast=eager --tlimit={} '{}' 2>&1", timeout_seconds * 1000, file.path());
  const std::unique_ptr<FILE, ClosePipe> pipe(popen(command.c_str(), "r"));
  if (!pipe) throw SolverMissing("cvc5 cannot be started");
  std::string output;
  std::array<char, 4096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
    output.append(buffer.data(), count);
  if (output.find("not found") != std::string::npos) throw SolverMissing("cvc5 is not installed (Debian package cvc5)");
  if (output.find("interrupted by timeout") != std::string::npos) return "timeout";
  return output.substr(0, output.find_last_not_of(" \n") + 1);
}

}  // namespace model
