#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace klaxon::templates {

struct Token {
  enum class Kind {
    kText,      ///< between actions
    kOpen,      ///< {{
    kClose,     ///< }}
    kWord,      ///< name of a function, true, false or nil
    kKeyword,   ///< if, end, define, ...
    kField,     ///< .Name; the text is without its dot
    kVariable,  ///< $ or $name
    kDot,
    kNumber,  ///< also a character in single quotes, and what only looks like a number
    kQuoted,  ///< text in double or back quotes, as written
    kPipe,
    kDeclare,    ///< :=
    kAssign,     ///< =
    kCharacter,  ///< any other that can be seen, e.g. a comma
    kLeft,       ///< (
    kRight,      ///< )
    kMistake,    ///< nothing can be read from here on: see Tokens
    kEnd,        ///< of the template
  };

  Kind kind = Kind::kEnd;
  size_t at = 0;  ///< byte in the template
  std::string_view text{};
  bool spaced = false;  ///< white space stands before it
};

/// The last one is kEnd, or kMistake if not all could be read. As in Go that is no mistake before
/// somebody gets there: what is wrong before it is told first.
struct Tokens {
  std::vector<Token> all{};
  std::string mistake{};  ///< what kMistake stands for, in Go's words
};

/// The tokens of a template; comments are left out, and `{{-` and `-}}` have done their work. They
/// view `text`.
Tokens Lex(std::string_view text);

/// The error of a place in a template, "template: NAME:LINE: what".
Error Mistake(std::string_view name, std::string_view text, size_t at, std::string_view what);

}  // namespace klaxon::templates
