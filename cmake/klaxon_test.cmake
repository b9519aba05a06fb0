# klaxon_test(NAME kafka_wire_test SOURCES a_test.cc ... [LINK klaxon_kafka_wire ...]
#             [LABEL unit|stack|long] [TIMEOUT seconds] [ALONE a_test.cc ...])
# One Catch2 executable a folder; every TEST_CASE becomes a test named "kafka_wire_test: its sentence".
# Labels: unit (default) runs everywhere, also under sanitizers; stack needs real components; long is
# run by ./dev test --long only. A SKIP() is counted as skipped.
function(klaxon_test)
  if(NOT KLAXON_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;LABEL;TIMEOUT" "SOURCES;LINK;ALONE")
  klaxon_require_arguments(klaxon_test)
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  if(NOT arg_LABEL MATCHES "^(unit|stack|long)$")
    message(FATAL_ERROR "klaxon_test(${arg_NAME}): LABEL is unit, stack or long")
  endif()
  if(KLAXON_UNIT_TESTS_ONLY AND NOT arg_LABEL STREQUAL "unit")
    return()
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE klaxon_options ${arg_LINK} Catch2::Catch2WithMain)
  klaxon_quicken(${arg_NAME} tests ALONE ${arg_ALONE})
  catch_discover_tests(${arg_NAME} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${arg_NAME}: "
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT} SKIP_RETURN_CODE 4)
endfunction()

# klaxon_benchmark(NAME wire_bench SOURCES ... [LINK ...]): Google Benchmark, run by ./dev bench.
function(klaxon_benchmark)
  if(NOT KLAXON_BUILD_BENCH)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SOURCES;LINK")
  klaxon_require_arguments(klaxon_benchmark)
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE klaxon_options ${arg_LINK} benchmark::benchmark_main)
  set_target_properties(${arg_NAME} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/benchmarks)
endfunction()

# All fuzzers and what they need, no more.
if(KLAXON_BUILD_FUZZ)
  add_custom_target(klaxon_fuzzers)
endif()

# klaxon_fuzzer(NAME wire_fuzz SOURCES ... CORPUS folder [LINK ...]): libFuzzer, run by ./dev fuzz.
# CORPUS holds the inputs to start from; what fuzzing finds is kept in the build folder. Where no
# fuzzers are built, their inputs go through them in klaxon_fuzz_corpus_test().
function(klaxon_fuzzer)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;CORPUS" "SOURCES;LINK")
  klaxon_require_arguments(klaxon_fuzzer)
  if(NOT arg_CORPUS)
    message(FATAL_ERROR "klaxon_fuzzer(${arg_NAME}) wants a CORPUS, be it one small input")
  endif()
  cmake_path(ABSOLUTE_PATH arg_CORPUS)
  if(NOT KLAXON_BUILD_FUZZ)
    list(TRANSFORM arg_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
    set_property(GLOBAL APPEND PROPERTY KLAXON_FUZZERS ${arg_NAME})
    set_property(GLOBAL PROPERTY KLAXON_FUZZER_${arg_NAME} ${arg_SOURCES})
    set_property(GLOBAL PROPERTY KLAXON_FUZZER_${arg_NAME}_CORPUS ${arg_CORPUS})
    set_property(GLOBAL APPEND PROPERTY KLAXON_FUZZED ${arg_LINK})
    return()
  endif()
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE klaxon_options ${arg_LINK})
  target_link_options(${arg_NAME} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${arg_NAME} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzzers)
  add_dependencies(klaxon_fuzzers ${arg_NAME})
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/fuzzers)
  file(CREATE_LINK ${arg_CORPUS} ${PROJECT_BINARY_DIR}/fuzzers/${arg_NAME}.seeds SYMBOLIC)
endfunction()

# klaxon_fuzz_corpus_test(SOURCES a.cc ...): every fuzzer named so far in one test program, so that
# one that no longer compiles or stumbles over its own inputs is noticed without the fuzzers' build.
# What they are called with is in the header fuzzers.h that is made here.
function(klaxon_fuzz_corpus_test)
  if(KLAXON_BUILD_FUZZ OR NOT KLAXON_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "SOURCES")
  get_property(fuzzers GLOBAL PROPERTY KLAXON_FUZZERS)
  get_property(link GLOBAL PROPERTY KLAXON_FUZZED)
  list(REMOVE_DUPLICATES link)
  foreach(fuzzer IN LISTS fuzzers)
    get_property(sources GLOBAL PROPERTY KLAXON_FUZZER_${fuzzer})
    get_property(corpus GLOBAL PROPERTY KLAXON_FUZZER_${fuzzer}_CORPUS)
    cmake_path(RELATIVE_PATH corpus BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
    # A definition of its own also keeps a quick build from joining it with the other files.
    set_source_files_properties(${sources} PROPERTIES
      COMPILE_DEFINITIONS LLVMFuzzerTestOneInput=klaxon_${fuzzer})
    list(APPEND all_sources ${sources})
    string(APPEND declarations "extern \"C\" int klaxon_${fuzzer}(const uint8_t* data, size_t size);\n")
    string(APPEND rows "    {\"${fuzzer}\", \"${corpus}\", klaxon_${fuzzer}},\n")
  endforeach()
  file(CONFIGURE OUTPUT fuzzers.h @ONLY CONTENT [=[
// Made by klaxon_fuzz_corpus_test().
#pragma once

#include <cstddef>
#include <cstdint>

@declarations@
namespace klaxon::testing {

struct Fuzzer {
  const char* name = nullptr;
  const char* corpus = nullptr;  ///< folder, below the project's
  int (*take)(const uint8_t* data, size_t size) = nullptr;
};

constexpr Fuzzer kFuzzers[] = {
@rows@};

}  // namespace klaxon::testing
]=])
  klaxon_test(NAME fuzz_corpus_test SOURCES ${arg_SOURCES} ${all_sources} LINK ${link})
  target_include_directories(fuzz_corpus_test PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
endfunction()
