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
