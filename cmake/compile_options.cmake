# klaxon_options: what every target of ours is compiled and linked with.
add_library(klaxon_options INTERFACE)
target_include_directories(klaxon_options INTERFACE ${PROJECT_SOURCE_DIR})
target_link_libraries(klaxon_options INTERFACE Threads::Threads fmt::fmt)
target_compile_definitions(klaxon_options INTERFACE
  JSON_USE_IMPLICIT_CONVERSIONS=0
  $<$<NOT:$<CONFIG:Release>>:_GLIBCXX_ASSERTIONS>)

# -Wnull-dereference is left out: at -O2 it fails inside libstdc++ and CLI11. GCC tells of deprecated
# names; clang finds them inside libstdc++ 12's own stable_sort too.
target_compile_options(klaxon_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wcast-align -Wold-style-cast -Wformat=2 -Wimplicit-fallthrough -Wunused
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wduplicated-branches -Wlogical-op>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety -Wno-deprecated-declarations>)
# GCC warns falsely about uninitialised values when it instruments for a sanitizer.
if(KLAXON_WERROR AND NOT (KLAXON_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU"))
  target_compile_options(klaxon_options INTERFACE -Werror)
endif()

# -g1 keeps function names and lines for stack traces; file names do not tell where it was built.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
target_compile_options(klaxon_options INTERFACE
  $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection
                      -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=>)
target_link_options(klaxon_options INTERFACE $<$<CONFIG:Release>:-pie -Wl,-z,relro,-z,now>)

if(KLAXON_SANITIZE)
  target_compile_options(klaxon_options INTERFACE
    -fsanitize=${KLAXON_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(klaxon_options INTERFACE -fsanitize=${KLAXON_SANITIZE})
endif()

find_program(KLAXON_MOLD mold)
if(KLAXON_MOLD)
  target_link_options(klaxon_options INTERFACE -fuse-ld=mold)
endif()
