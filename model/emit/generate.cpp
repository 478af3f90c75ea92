// The generator that the build runs: specification in, reference model out. The same text as "eptspec model emit --lang
// c".
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>

#include "model/emit/c_header.h"
#include "spec/load.h"

namespace {

int generate(const char* spec_directory, const char* header) {
  spec::Diagnostics diagnostics;
  const auto spec = spec::load(spec_directory, diagnostics);
  for (const auto& diagnostic : diagnostics.sorted()) std::cerr << to_string(diagnostic) << "\n";
  if (!spec) return EXIT_FAILURE;
  std::ofstream out(header);
  model::emit_c_header(*spec, out);
  out.close();
  if (out) return EXIT_SUCCESS;
  std::cerr << header << ": cannot be written\n";
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: eptspec_generate SPEC_DIRECTORY HEADER\n";
    return EXIT_FAILURE;
  }
  try {
    return generate(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return EXIT_FAILURE;
  }
}
