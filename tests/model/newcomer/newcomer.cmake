# What somebody adds who changes the YAML only: a feature, and rules of the forms that are named. For each there is a
# copy of spec/, the header of the copy, and the command built with that header: only what calls the model is compiled
# again, since no number of the header changes. Built by the target newcomers alone, for the stage `long` of ./test.
add_custom_target(newcomers)

function(eptspec_newcomer name)
  set(here ${CMAKE_CURRENT_FUNCTION_LIST_DIR})
  set(out ${PROJECT_BINARY_DIR}/newcomer/${name})
  set(include ${out}/include)  # apart from the copy, whose folder is called spec as that of the loader is
  file(MAKE_DIRECTORY ${include})
  file(GLOB_RECURSE yaml CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/spec/*.yaml)
  set(text_of_headers ${include}/ept_model.h ${include}/ept_registers.h ${include}/ept_controls.h)
  set(headers ${text_of_headers} ${include}/ept_names.h)
  add_custom_command(
    OUTPUT ${headers} ${include}/ept_model_text.h
    COMMAND ${PYTHON} ${here}/extend_spec.py ${PROJECT_SOURCE_DIR}/spec ${out}/spec ${ARGN}
    COMMAND eptspec_generate ${out}/spec ${headers}
    COMMAND ${CMAKE_COMMAND} "-DINPUTS=${text_of_headers}" -DOUTPUT=${include}/ept_model_text.h
            -P ${PROJECT_SOURCE_DIR}/cmake/text_to_header.cmake
    DEPENDS eptspec_generate ${yaml} ${here}/extend_spec.py ${PROJECT_SOURCE_DIR}/cmake/text_to_header.cmake
    COMMENT "Generating the header of spec/ with ${ARGN}"
    VERBATIM)
  add_executable(newcomer_${name} EXCLUDE_FROM_ALL $<TARGET_OBJECTS:eptspec> ${include}/ept_model.h
    ${PROJECT_SOURCE_DIR}/model/proof/header_terms.cpp ${PROJECT_SOURCE_DIR}/vectors/format/vector.cpp
    ${PROJECT_SOURCE_DIR}/vectors/format/expectation.cpp ${PROJECT_SOURCE_DIR}/vectors/generate/meets.cpp
    ${PROJECT_SOURCE_DIR}/vectors/checks/check_case.cpp ${PROJECT_SOURCE_DIR}/vectors/checks/check_vectors.cpp)
  target_include_directories(newcomer_${name} BEFORE PRIVATE ${include})
  target_link_libraries(newcomer_${name} PRIVATE eptspec_mutants eptspec_harness eptspec_controls eptspec_proof CLI11::CLI11 eptspec_options)
  add_test(NAME newcomer_${name}
    COMMAND ${PYTHON} ${here}/newcomer_test.py ${PROJECT_SOURCE_DIR} ${out} $<TARGET_FILE:newcomer_${name}>)
  set_tests_properties(newcomer_${name} PROPERTIES LABELS long)
  add_dependencies(newcomers newcomer_${name})
endfunction()

foreach(form write_and_new_bit memory_type execute)
  eptspec_newcomer(${form} ${form})
endforeach()
eptspec_newcomer(all write_and_new_bit memory_type execute vocabulary violation)

# The interpreter, too, knows no shape: the header of the copy and the copy read by the oracle say the same.
set(out ${PROJECT_BINARY_DIR}/newcomer/all)
add_executable(newcomer_agreement EXCLUDE_FROM_ALL agreement/header_test.cpp support/generators.cpp support/header.cpp support/registers.cpp
  support/spec_under_test.cpp ${out}/include/ept_model.h)
target_include_directories(newcomer_agreement BEFORE PRIVATE ${out}/include)
target_compile_definitions(newcomer_agreement PRIVATE EPTSPEC_SOURCE_DIR="${out}")
target_link_libraries(newcomer_agreement PRIVATE eptspec_interpret eptspec_rapidcheck GTest::gtest_main eptspec_options)
add_test(NAME newcomer_agreement COMMAND newcomer_agreement)
set_tests_properties(newcomer_agreement PROPERTIES
  LABELS long ENVIRONMENT "RC_PARAMS=seed=20260701 max_success=3000")
add_dependencies(newcomers newcomer_agreement)
