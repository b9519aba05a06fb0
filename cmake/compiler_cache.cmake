# Compiles through ccache in the cache folder. Paths below the checkout are hashed relative to it, so
# that several checkouts share their objects, whoever starts the build.
# Sets KLAXON_CACHE: where ./dev keeps what outlives a checkout.
if(NOT "$ENV{KLAXON_CACHE}" STREQUAL "")
  set(KLAXON_CACHE "$ENV{KLAXON_CACHE}")
elseif(NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
  set(KLAXON_CACHE "$ENV{XDG_CACHE_HOME}/klaxon")
else()
  set(KLAXON_CACHE "$ENV{HOME}/.cache/klaxon")
endif()

option(KLAXON_CCACHE "Compile through ccache if it is there" ON)
find_program(KLAXON_CCACHE_PROGRAM ccache)
if(KLAXON_CCACHE AND KLAXON_CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      /usr/bin/env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_DIR=${KLAXON_CACHE}/ccache CCACHE_MAXSIZE=5G
      CCACHE_SLOPPINESS=pch_defines,time_macros ${KLAXON_CCACHE_PROGRAM})
endif()
