# The proof compiled with headers that are wrong: ept_model.h in one digit, ept_controls.h in one digit for each check.
# The others lie beside them, since they include each other from there.
set(wrong_header ${PROJECT_BINARY_DIR}/wrong_header/ept_model.h)
add_custom_command(
  OUTPUT ${wrong_header}
  COMMAND ${CMAKE_COMMAND} -DINPUT=${EPT_MODEL_HEADER} -DOUTPUT=${wrong_header} "-DOLD=masks.reserved |= 0x1ff000ull"
          "-DNEW=masks.reserved |= 0x1fe000ull" -P ${PROJECT_SOURCE_DIR}/cmake/replace_once.cmake
  DEPENDS ${EPT_MODEL_HEADER} ${PROJECT_SOURCE_DIR}/cmake/replace_once.cmake
  VERBATIM)
set(wrong_controls ${PROJECT_BINARY_DIR}/wrong_header/ept_controls.h)
set(replace_once ${CMAKE_COMMAND} -DINPUT=${wrong_controls} -DOUTPUT=${wrong_controls})
add_custom_command(
  OUTPUT ${wrong_controls}
  COMMAND ${CMAKE_COMMAND} -E copy ${EPT_MODEL_CONTROLS} ${wrong_controls}
  COMMAND ${replace_once} "-DOLD=exit_msr_store_count * 16 - 1" "-DNEW=exit_msr_store_count * 8 - 1" -P
          ${PROJECT_SOURCE_DIR}/cmake/replace_once.cmake
  COMMAND ${replace_once} "-DOLD=<= 511ull" "-DNEW=<= 510ull" -P ${PROJECT_SOURCE_DIR}/cmake/replace_once.cmake
  COMMAND ${replace_once} "-DOLD=== 0x2ull && !(capability" "-DNEW=== 0x3ull && !(capability" -P
          ${PROJECT_SOURCE_DIR}/cmake/replace_once.cmake
  COMMAND ${replace_once} "-DOLD=return 0x36dffull" "-DNEW=return 0x36dfeull" -P
          ${PROJECT_SOURCE_DIR}/cmake/replace_once.cmake
  DEPENDS ${EPT_MODEL_CONTROLS} ${PROJECT_SOURCE_DIR}/cmake/replace_once.cmake
  VERBATIM)
foreach(name registers names)
  add_custom_command(
    OUTPUT ${PROJECT_BINARY_DIR}/wrong_header/ept_${name}.h
    COMMAND ${CMAKE_COMMAND} -E copy ${PROJECT_BINARY_DIR}/generated/ept_${name}.h ${PROJECT_BINARY_DIR}/wrong_header
    DEPENDS ${EPT_MODEL_FILES}
    VERBATIM)
  list(APPEND beside ${PROJECT_BINARY_DIR}/wrong_header/ept_${name}.h)
endforeach()
get_target_property(proof_sources eptspec_proof SOURCES)
list(TRANSFORM proof_sources PREPEND ${PROJECT_SOURCE_DIR}/model/)
add_executable(test_wrong_header model/wrong_header_test.cpp support/spec_under_test.cpp ${proof_sources} ${wrong_header}
  ${wrong_controls} ${beside})
target_include_directories(test_wrong_header BEFORE PRIVATE ${PROJECT_BINARY_DIR}/wrong_header)
target_compile_definitions(test_wrong_header PRIVATE EPTSPEC_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_link_libraries(test_wrong_header PRIVATE eptspec_smt Threads::Threads GTest::gtest_main eptspec_options)
add_dependencies(test_wrong_header ept_model_text)
add_test(NAME wrong_header COMMAND test_wrong_header)
