// The generator that the build runs: specification in, reference model, registers, their checks and names out. The same
// texts as "eptspec model emit" writes with --lang c, c_registers, c_controls and c_names.
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>

#include "model/emit/emit.h"
#include "spec/load.h"

namespace {

bool write(const char* file, void (*emit)(const spec::Spec&, std::ostream&), const spec::Spec& spec) {
  std::ofstream out(file);
  emit(spec, out);
  out.close();
  if (!out) std::cerr << file << ": cannot be written\n";
  return static_cast<bool>(out);
}

int generate(const char* spec_directory, const char* const* files) {
  spec::Diagnostics diagnostics;
  const auto spec = spec::load(spec_directory, diagnostics);
  for (const auto& diagnostic : diagnostics.sorted()) std::cerr << to_string(diagnostic) << "\n";
  if (!spec) return EXIT_FAILURE;
  for (const auto emit : {model::emit_c_header, model::emit_c_registers, model::emit_c_controls, model::emit_c_names}) {
    if (!write(*files++, emit, *spec)) return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::cerr << "usage: eptspec_generate SPEC_DIRECTORY HEADER REGISTERS CONTROLS NAMES\n";
    return EXIT_FAILURE;
  }
  try {
    return generate(argv[1], argv + 2);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return EXIT_FAILURE;
  }
}
