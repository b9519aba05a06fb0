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

  /// Up to and with the closing token. `where` is for the error, "unexpected ... in WHERE"; in a
  /// "range" two variables may be declared.
  Pipe Read(std::string_view where, Token::Kind closing);

  std::vector<std::string>& variables() { return variables_; }

 private:
  void ReadDeclaration(Pipe& pipe, std::string_view where);
  void CheckPipe(const Pipe& pipe);
  Command ReadCommand();
  Operand ReadOperand();
  void ReadParentheses(Operand& operand);
  Operand WithFields(Operand operand);
  void RefuseFields(const Operand& operand);
  void ReadWord(Operand& operand);
  void ReadConstant(Operand& operand, const Token& token);
  void CheckVariable(const std::string& name, size_t at);

  TokenReader& reader_;
  std::vector<std::string> variables_;
  const IsFunction& is_function_;
  size_t depth_ = 0;
};

}  // namespace klaxon::templates
