#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alerts/templates/node.h"
#include "alerts/templates/parser.h"
#include "alerts/templates/token_reader.h"

namespace klaxon::templates {

/// Reads pipelines, and knows the variables that may stand in them.
class PipeParser {
 public:
  static constexpr size_t kDeepest = 100;  ///< parentheses and blocks inside one another

  PipeParser(TokenReader& reader, std::vector<std::string> variables, const IsFunction& is_function)
      : reader_(reader), variables_(std::move(variables)), is_function_(is_function) {}

  /// Up to and with the closing token. `where` is for the error: "unexpected ... in WHERE".
  Pipe Read(std::string_view where, Token::Kind closing, size_t most_variables);

  std::vector<std::string>& variables() { return variables_; }

 private:
  void ReadDeclaration(Pipe& pipe, size_t most);
  void CheckPipe(const Pipe& pipe);
  Command ReadCommand(std::string_view where);
  Operand ReadOperand();
  void ReadParentheses(Operand& operand);
  void ReadWord(Operand& operand);
  void ReadConstant(Operand& operand, const Token& token);
  void CheckVariable(const std::string& name);

  TokenReader& reader_;
  std::vector<std::string> variables_;
  const IsFunction& is_function_;
  size_t depth_ = 0;
};

}  // namespace klaxon::templates
