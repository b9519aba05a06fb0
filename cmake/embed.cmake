# klaxon_embed(OUTPUT style_css.cc FILE dashboards/status/style.css SYMBOL klaxon::status_page::kStyle)
# Makes a source file in the build tree that defines SYMBOL, a std::string_view of FILE's text, so
# that the program carries its assets. FILE is relative to the root; at most 60 KiB of text.
function(klaxon_embed)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "OUTPUT;FILE;SYMBOL" "")
  set(source ${PROJECT_SOURCE_DIR}/${arg_FILE})
  file(READ ${source} text)
  string(REGEX REPLACE "::[^:]*$" "" namespace ${arg_SYMBOL})
  string(REGEX REPLACE "^.*::" "" name ${arg_SYMBOL})
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${arg_OUTPUT} @ONLY CONTENT [=[
// Made from @arg_FILE@.
#include <string_view>

namespace @namespace@ {

extern const std::string_view @name@;
const std::string_view @name@ = R"embedded(@text@)embedded";

}  // namespace @namespace@
]=])
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
endfunction()

# klaxon_embed_folder(OUTPUT runbooks.cc FOLDER docs/runbooks SYMBOL klaxon::status_page::kRunbooks)
# The same for every .md file of a folder: SYMBOL is a std::map of their texts by name without ".md".
function(klaxon_embed_folder)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "OUTPUT;FOLDER;SYMBOL" "")
  string(REGEX REPLACE "::[^:]*$" "" namespace ${arg_SYMBOL})
  string(REGEX REPLACE "^.*::" "" name ${arg_SYMBOL})
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${arg_FOLDER}/*.md)
  set(entries "")
  foreach(file IN LISTS files)
    file(READ ${file} text)
    get_filename_component(key ${file} NAME_WE)
    string(APPEND entries "    {\"${key}\", R\"embedded(${text})embedded\"},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${arg_OUTPUT} @ONLY CONTENT [=[
// Made from @arg_FOLDER@.
#include <map>
#include <string_view>

namespace @namespace@ {

using Texts = std::map<std::string_view, std::string_view>;
extern const Texts @name@;
const Texts @name@{
@entries@};

}  // namespace @namespace@
]=])
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${files})
endfunction()
