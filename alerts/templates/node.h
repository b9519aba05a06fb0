#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alerts/templates/value.h"

namespace klaxon::templates {

struct Pipe;

/// An operand: what a command is made of.
struct Operand {
  enum class Kind {
    kDot,       ///< .
    kNil,       ///< nil
    kConstant,  ///< a number, a text, true or false
    kField,     ///< .A.B
    kVariable,  ///< $x.A.B; the name carries its $
    kFunction,  ///< the name of a function
    kPipe,      ///< (pipeline)
    kChain,     ///< (pipeline).A.B
  };

  Kind kind = Kind::kDot;
  size_t at = 0;                      ///< byte in the text
  std::string name{};                 ///< of the variable or the function
  std::vector<std::string> fields{};  ///< of a field, variable or chain
  Value constant{};
  std::string text{};                  ///< as it was written
  std::shared_ptr<const Pipe> pipe{};  ///< of a pipe or chain
};

/// Operands of which the first may be a function of the others.
struct Command {
  size_t at = 0;
  std::vector<Operand> operands{};
};

/// Commands of which each gets the result of the one before as its last argument.
struct Pipe {
  size_t at = 0;
  std::vector<std::string> variables{};  ///< that get the result; two only in a range
  bool assigns = false;                  ///< = to what was declared further out, not :=
  std::vector<Command> commands{};
};

/// A piece of a template.
struct Node {
  enum class Kind {
    kText,
    kAction,  ///< {{pipe}}
    kIf,
    kRange,
    kWith,
    kTemplate,  ///< {{template "name" pipe}}
    kBreak,
    kContinue,
  };

  Kind kind = Kind::kText;
  size_t at = 0;
  std::string text{};  ///< of a text; the name of a template
  Pipe pipe{};         ///< no commands: {{template "name"}}
  std::vector<Node> body{};
  std::vector<Node> otherwise{};
};

/// A template and those defined in it, by name.
struct Tree {
  std::string name{};
  std::string text{};
  std::map<std::string, std::vector<Node>> templates{};
};

/// As they were written, in one spelling: "humanize .Value", "$x := query \"up\"".
std::string ToString(const Operand& operand);
std::string ToString(const Command& command);
std::string ToString(const Pipe& pipe);

}  // namespace klaxon::templates
