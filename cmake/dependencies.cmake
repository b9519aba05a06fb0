# Everything third-party in one place. librdkafka and cpp-httplib come from the cache that
# cmake/deps/build.sh fills, the rest from the distribution.
cmake_host_system_information(RESULT system_id QUERY DISTRIB_ID)
cmake_host_system_information(RESULT system_version QUERY DISTRIB_VERSION_ID)
file(SHA256 ${CMAKE_CURRENT_LIST_DIR}/deps/build.sh recipe)
string(SUBSTRING ${recipe} 0 12 recipe)
set(KLAXON_DEPS
    ${KLAXON_CACHE}/deps/${system_id}-${system_version}-${CMAKE_HOST_SYSTEM_PROCESSOR}-${recipe})
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             ${CMAKE_CURRENT_LIST_DIR}/deps/build.sh)
if(NOT EXISTS ${KLAXON_DEPS}/VERSIONS)
  message(FATAL_ERROR "No librdkafka and cpp-httplib in ${KLAXON_DEPS}: run ./dev setup")
endif()
list(PREPEND CMAKE_PREFIX_PATH ${KLAXON_DEPS})
# RdKafka's configuration asks for LZ4; its FindLZ4.cmake lies beside it.
list(APPEND CMAKE_MODULE_PATH ${KLAXON_DEPS}/lib/cmake/RdKafka)

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(SQLite3 3.37 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(CURL 7.85 REQUIRED)
find_package(date 3 CONFIG REQUIRED)  # time zones; C++20 has them, GCC 12 does not
find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2 REQUIRED re2)  # Debian 12 has no CMake file of it
add_library(re2 INTERFACE)  # without its -pthread, which our precompiled header is made without
target_include_directories(re2 SYSTEM INTERFACE ${RE2_INCLUDE_DIRS})
target_link_libraries(re2 INTERFACE ${RE2_LINK_LIBRARIES} Threads::Threads)
find_package(RdKafka 2.8 CONFIG REQUIRED)
find_package(httplib CONFIG REQUIRED)
if(httplib_VERSION VERSION_LESS 0.18)  # its version file accepts the same minor version only
  message(FATAL_ERROR "cpp-httplib ${httplib_VERSION} is too old")
endif()
if(NOT TARGET yaml-cpp::yaml-cpp)  # 0.7 exports plain yaml-cpp
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
if(KLAXON_BUILD_TESTS)
  find_package(Catch2 3 REQUIRED)
  include(Catch)
endif()
if(KLAXON_BUILD_BENCH)
  find_package(benchmark REQUIRED)
endif()
