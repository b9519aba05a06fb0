#include "alerts/templates/node.h"

namespace klaxon::templates {
namespace {

std::string Fields(const Operand& operand) {
  std::string text;
  for (const std::string& field : operand.fields)
    text += "." + field;
  return text;
}

}  // namespace

std::string ToString(const Operand& operand) {
  switch (operand.kind) {
    case Operand::Kind::kDot:
      return ".";
    case Operand::Kind::kNil:
      return "nil";
    case Operand::Kind::kConstant:
      return operand.text;
    case Operand::Kind::kField:
      return Fields(operand);
    case Operand::Kind::kVariable:
      return operand.name + Fields(operand);
    case Operand::Kind::kFunction:
      return operand.name;
    case Operand::Kind::kPipe:
    case Operand::Kind::kChain:
      return "(" + ToString(*operand.pipe) + ")" + Fields(operand);
  }
  return "";
}

std::string ToString(const Command& command) {
  std::string text;
  for (const Operand& operand : command.operands)
    text += (text.empty() ? "" : " ") + ToString(operand);
  return text;
}

std::string ToString(const Pipe& pipe) {
  std::string text;
  for (const std::string& variable : pipe.variables)
    text += (text.empty() ? "" : ", ") + variable;
  if (!text.empty()) text += pipe.assigns ? " = " : " := ";
  for (const Command& command : pipe.commands)
    text += (&command == pipe.commands.data() ? "" : " | ") + ToString(command);
  return text;
}

}  // namespace klaxon::templates
