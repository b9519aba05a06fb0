# What nearly every file includes, read by the compiler once: the standard library, fmt, and Catch2
# for the tests. It takes a quarter of the time off a build from clean. The presets clang and release
# do without, so a file that forgets an include of its own is found there.
option(KLAXON_PRECOMPILE "Use precompiled headers" OFF)

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

if(KLAXON_PRECOMPILE)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)  # or ccache could not see what the header was made of
  endif()
  klaxon_add_precompiled(klaxon_precompiled)
  if(KLAXON_BUILD_TESTS)
    klaxon_add_precompiled(klaxon_test_precompiled Catch2::Catch2)
    target_precompile_headers(klaxon_test_precompiled PRIVATE
      <catch2/catch_test_macros.hpp> <catch2/generators/catch_generators.hpp>)
  endif()
endif()

# klaxon_precompile(TARGET [tests]): TARGET reads them; `tests`: those with Catch2.
function(klaxon_precompile target)
  if(KLAXON_PRECOMPILE)
    if("tests" IN_LIST ARGN)
      set(from klaxon_test_precompiled)
    else()
      set(from klaxon_precompiled)
    endif()
    target_precompile_headers(${target} REUSE_FROM ${from})
  endif()
endfunction()
