# klaxon_library(NAME klaxon_kafka_wire SOURCES a.cc b.cc [PUBLIC klaxon_base ...] [PRIVATE ...]
#                [ALONE c.cc ...])
# One static library a folder. PUBLIC: libraries whose headers its own headers include (ours);
# PRIVATE: those that only its .cc files see (third parties). ALONE: sources that a quick build must
# not compile together with others.
function(klaxon_library)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SOURCES;PUBLIC;PRIVATE;ALONE")
  klaxon_require_arguments(klaxon_library)
  add_library(${arg_NAME} STATIC ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PUBLIC klaxon_options ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  klaxon_quicken(${arg_NAME} ALONE ${arg_ALONE})
endfunction()

# Stops with a clear word when the caller's NAME or SOURCES are missing or an argument is unknown.
macro(klaxon_require_arguments function)
  if(NOT arg_NAME OR NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${function} wants NAME and SOURCES; not understood: ${arg_UNPARSED_ARGUMENTS}")
  endif()
endmacro()
