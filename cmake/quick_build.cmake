# Builds for people who wait for them: what nearly every file includes (the standard library, fmt, and
# Catch2 for the tests) is read by the compiler once, and a target's files are compiled several at a
# time. Together they take more than a half off a build from clean. The presets clang and release do
# without, so a file that forgets an include of its own is found there.
option(KLAXON_QUICK_BUILD "Precompiled headers, several files compiled as one" OFF)

# Files of a target share their private names then; a file that must not goes into ALONE.
set(KLAXON_FILES_AT_ONCE 8)

set(KLAXON_COMMON_HEADERS
  <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <cstring> <deque> <filesystem>
  <fstream> <functional> <map> <memory> <mutex> <optional> <ranges> <set> <span> <sstream>
  <stop_token> <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector>
  <fmt/format.h>)

# klaxon_add_precompiled(NAME [library...]): a target whose precompiled headers others reuse.
function(klaxon_add_precompiled name)
  file(WRITE ${PROJECT_BINARY_DIR}/${name}.cc "")
  add_library(${name} STATIC ${PROJECT_BINARY_DIR}/${name}.cc)
  target_link_libraries(${name} PRIVATE klaxon_options ${ARGN})
  target_precompile_headers(${name} PRIVATE ${KLAXON_COMMON_HEADERS})
endfunction()

if(KLAXON_QUICK_BUILD)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)  # or ccache could not see what the header was made of
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # It would compare names with those of other files; the preset clang has the warning.
    target_compile_options(klaxon_options INTERFACE -Wno-shadow)
  endif()
  klaxon_add_precompiled(klaxon_precompiled)
  if(KLAXON_BUILD_TESTS)
    klaxon_add_precompiled(klaxon_test_precompiled Catch2::Catch2)
    target_precompile_headers(klaxon_test_precompiled PRIVATE
      <catch2/catch_test_macros.hpp> <catch2/generators/catch_generators.hpp>)
  endif()
endif()

# klaxon_quicken(TARGET [tests] [ALONE file...]): `tests`: with Catch2 among the headers.
function(klaxon_quicken target)
  if(NOT KLAXON_QUICK_BUILD)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "tests" "" "ALONE")
  if(arg_tests)
    set(from klaxon_test_precompiled)
  else()
    set(from klaxon_precompiled)
  endif()
  target_precompile_headers(${target} REUSE_FROM ${from})
  set_target_properties(${target} PROPERTIES
    UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${KLAXON_FILES_AT_ONCE})
  set_source_files_properties(${arg_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
