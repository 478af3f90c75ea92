# Packaged libraries, all from Debian 12 (cmake/debian-packages.txt).
find_package(yaml-cpp REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(pugixml REQUIRED)
find_package(simdjson REQUIRED)
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)

# Headers of packages whose CMake files do not mark them as system headers.
find_path(Z3_INCLUDE_DIR z3++.h REQUIRED)
find_library(Z3_LIBRARY z3 REQUIRED)
add_library(eptspec_z3 INTERFACE)
target_include_directories(eptspec_z3 SYSTEM INTERFACE ${Z3_INCLUDE_DIR})
target_link_libraries(eptspec_z3 INTERFACE ${Z3_LIBRARY})

find_path(RAPIDCHECK_INCLUDE_DIR rapidcheck.h REQUIRED)
find_library(RAPIDCHECK_LIBRARY rapidcheck REQUIRED)
add_library(eptspec_rapidcheck INTERFACE)
target_include_directories(eptspec_rapidcheck SYSTEM INTERFACE ${RAPIDCHECK_INCLUDE_DIR})
target_link_libraries(eptspec_rapidcheck INTERFACE ${RAPIDCHECK_LIBRARY})

find_path(NETTLE_INCLUDE_DIR nettle/sha2.h REQUIRED)
find_library(NETTLE_LIBRARY nettle REQUIRED)
add_library(eptspec_nettle INTERFACE)
target_include_directories(eptspec_nettle SYSTEM INTERFACE ${NETTLE_INCLUDE_DIR})
target_link_libraries(eptspec_nettle INTERFACE ${NETTLE_LIBRARY})
