# How everything is compiled. Sanitizers are chosen by the preset (CMakePresets.json).
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})

# The reference model that the build emits from spec/, registers and their checks, the names of all bits, and the text of the first three as a string.
set(EPT_MODEL_HEADER ${PROJECT_BINARY_DIR}/generated/ept_model.h)
set(EPT_MODEL_REGISTERS ${PROJECT_BINARY_DIR}/generated/ept_registers.h)
set(EPT_MODEL_CONTROLS ${PROJECT_BINARY_DIR}/generated/ept_controls.h)
set(EPT_MODEL_NAMES ${PROJECT_BINARY_DIR}/generated/ept_names.h)
set(EPT_MODEL_TEXT ${PROJECT_BINARY_DIR}/generated/ept_model_text.h)
set(EPT_MODEL_FILES ${EPT_MODEL_HEADER} ${EPT_MODEL_REGISTERS} ${EPT_MODEL_CONTROLS} ${EPT_MODEL_NAMES})

option(EPTSPEC_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)

add_library(eptspec_options INTERFACE)
target_include_directories(eptspec_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_options(eptspec_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # GCC 12 warns wrongly about "literal" + std::string (GCC bug 105651).
  target_compile_options(eptspec_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
endif()
if(EPTSPEC_SANITIZE)
  target_compile_options(eptspec_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(eptspec_options INTERFACE -fsanitize=address,undefined)
  # With sanitizers GCC 12 takes members of std::regex for uninitialized (GCC bug 105562).
  target_compile_options(eptspec_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()

# The headers of libraries that most files include are compiled once. A file that misses one of them is found by the
# stage includes of ./test --all, and wherever a compiler cache is used: caches do badly with these, so they are off.
if(CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_DISABLE_PRECOMPILE_HEADERS ON)
endif()
add_library(eptspec_precompiled OBJECT ${PROJECT_SOURCE_DIR}/cmake/precompiled.cpp)
target_link_libraries(eptspec_precompiled PRIVATE fmt::fmt eptspec_options)
target_precompile_headers(eptspec_precompiled PRIVATE
  <algorithm> <array> <cstdint> <filesystem> <fstream> <functional> <map> <memory> <optional> <set> <sstream> <stdexcept>
  <string> <string_view> <utility> <variant> <vector> <fmt/format.h>)

# The presets asan and clang compile eight files as one, which takes half the time. Files that give different things the
# same name are set apart.
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # A file included by another counts as a header there, in which unnamed namespaces would be a mistake.
  target_compile_options(eptspec_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>)
endif()
function(eptspec_compile_alone)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# A library of one folder. Its sources are listed by the folder.
function(eptspec_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC ${ARG_USES} PRIVATE eptspec_options)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
  target_precompile_headers(${name} REUSE_FROM eptspec_precompiled)
endfunction()
