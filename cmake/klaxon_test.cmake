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

# klaxon_fuzzer(NAME wire_fuzz SOURCES ... [LINK ...] [CORPUS folder]): libFuzzer, run by ./dev fuzz.
# CORPUS holds the inputs to start from; what fuzzing finds is kept in the build folder.
function(klaxon_fuzzer)
  if(NOT KLAXON_BUILD_FUZZ)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;CORPUS" "SOURCES;LINK")
  klaxon_require_arguments(klaxon_fuzzer)
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE klaxon_options ${arg_LINK})
  target_link_options(${arg_NAME} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${arg_NAME} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzzers)
  add_dependencies(klaxon_fuzzers ${arg_NAME})
  if(arg_CORPUS)
    cmake_path(ABSOLUTE_PATH arg_CORPUS)
    file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/fuzzers)
    file(CREATE_LINK ${arg_CORPUS} ${PROJECT_BINARY_DIR}/fuzzers/${arg_NAME}.seeds SYMBOLIC)
  endif()
endfunction()
