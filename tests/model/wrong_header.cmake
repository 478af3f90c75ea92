# The proof compiled with a header that is wrong in one digit. The names lie beside it, since they include it from there.
set(wrong_header ${PROJECT_BINARY_DIR}/wrong_header/ept_model.h)
add_custom_command(
  OUTPUT ${wrong_header}
  COMMAND ${CMAKE_COMMAND} -DINPUT=${EPT_MODEL_HEADER} -DOUTPUT=${wrong_header} "-DOLD=masks.reserved |= 0x1ff000ull"
          "-DNEW=masks.reserved |= 0x1fe000ull" -P ${PROJECT_SOURCE_DIR}/cmake/replace_once.cmake
  DEPENDS ${EPT_MODEL_HEADER} ${PROJECT_SOURCE_DIR}/cmake/replace_once.cmake
  VERBATIM)
set(names_beside ${PROJECT_BINARY_DIR}/wrong_header/ept_names.h)
add_custom_command(
  OUTPUT ${names_beside}
  COMMAND ${CMAKE_COMMAND} -E copy ${EPT_MODEL_NAMES} ${names_beside}
  DEPENDS ${EPT_MODEL_NAMES}
  VERBATIM)
get_target_property(proof_sources eptspec_proof SOURCES)
list(TRANSFORM proof_sources PREPEND ${PROJECT_SOURCE_DIR}/model/)
add_executable(test_wrong_header model/wrong_header_test.cpp support/spec_under_test.cpp ${proof_sources} ${wrong_header}
  ${names_beside})
target_include_directories(test_wrong_header BEFORE PRIVATE ${PROJECT_BINARY_DIR}/wrong_header)
target_compile_definitions(test_wrong_header PRIVATE EPTSPEC_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_link_libraries(test_wrong_header PRIVATE eptspec_smt Threads::Threads GTest::gtest_main eptspec_options)
add_dependencies(test_wrong_header ept_model_text)
add_test(NAME wrong_header COMMAND test_wrong_header)
