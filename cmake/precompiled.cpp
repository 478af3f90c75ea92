// Nothing: CMake compiles the headers for a target (cmake/options.cmake), and a target has a source.
