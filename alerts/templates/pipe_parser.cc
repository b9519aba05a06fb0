#include "alerts/templates/pipe_parser.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "alerts/templates/literal.h"

namespace klaxon::templates {
namespace {

using Kind = Token::Kind;

/// Whether an operand begins with it.
bool Begins(Kind kind) {
  switch (kind) {
    case Kind::kWord:
    case Kind::kField:
    case Kind::kVariable:
    case Kind::kDot:
    case Kind::kNumber:
    case Kind::kQuoted:
    case Kind::kLeft:
      return true;
    default:
      return false;
  }
}

}  // namespace

Pipe PipeParser::Read(std::string_view where, Kind closing, size_t most_variables) {
  Pipe pipe{.at = reader_.Peek().at};
  ReadDeclaration(pipe, most_variables);
  while (!reader_.error()) {
    pipe.commands.push_back(ReadCommand(where));
    if (reader_.TakeIf(closing)) break;
    if (!reader_.TakeIf(Kind::kPipe)) reader_.FailUnexpected(where);
  }
  CheckPipe(pipe);
  if (!pipe.assigns)
    variables_.insert(variables_.end(), pipe.variables.begin(), pipe.variables.end());
  return pipe;
}

/// "$x :=", "$i, $x :=" or "$x =", if it stands there.
void PipeParser::ReadDeclaration(Pipe& pipe, size_t most) {
  if (reader_.Peek().kind != Kind::kVariable) return;
  const Kind after = reader_.PeekAt(1).kind;
  if (after == Kind::kDeclare || after == Kind::kAssign) {
    pipe.variables.emplace_back(reader_.Take().text);
  } else if (after == Kind::kComma && most > 1 && reader_.PeekAt(2).kind == Kind::kVariable) {
    pipe.variables.emplace_back(reader_.Take().text);
    reader_.Take();
    pipe.variables.emplace_back(reader_.Take().text);
  } else {
    return;
  }
  pipe.assigns = reader_.Peek().kind == Kind::kAssign;
  if (!reader_.TakeIf(Kind::kAssign) && !reader_.TakeIf(Kind::kDeclare))
    reader_.FailUnexpected("range");
  for (const std::string& variable : pipe.variables) {
    if (pipe.assigns) CheckVariable(variable);
  }
}

void PipeParser::CheckPipe(const Pipe& pipe) {
  if (reader_.error()) return;
  for (size_t i = 1; i < pipe.commands.size(); ++i) {
    const Operand& first = pipe.commands[i].operands.front();
    if (first.kind == Operand::Kind::kConstant || first.kind == Operand::Kind::kDot ||
        first.kind == Operand::Kind::kNil) {
      reader_.Fail(fmt::format("non executable command in pipeline stage {}", i + 1));
    }
  }
}

Command PipeParser::ReadCommand(std::string_view where) {
  Command command{.at = reader_.Peek().at};
  while (Begins(reader_.Peek().kind)) {
    if (!command.operands.empty() && !reader_.Peek().spaced) {
      reader_.FailUnexpected("operand");
      break;
    }
    command.operands.push_back(ReadOperand());
  }
  if (command.operands.empty() && !reader_.error()) {
    if (reader_.Peek().kind == Kind::kClose || reader_.Peek().kind == Kind::kRight) {
      reader_.Fail("missing value for " + std::string(where));
    } else {
      reader_.FailUnexpected(where);
    }
  }
  return command;
}

Operand PipeParser::ReadOperand() {
  const Token token = reader_.Take();
  Operand operand{.at = token.at, .text = std::string(token.text)};
  switch (token.kind) {
    case Kind::kDot:
      operand.kind = Operand::Kind::kDot;
      return operand;
    case Kind::kField:
      operand.kind = Operand::Kind::kField;
      operand.fields.emplace_back(token.text.substr(1));
      break;
    case Kind::kVariable:
      operand.kind = Operand::Kind::kVariable;
      operand.name = token.text;
      CheckVariable(operand.name);
      break;
    case Kind::kLeft:
      ReadParentheses(operand);
      break;
    case Kind::kWord:
      ReadWord(operand);
      return operand;
    default:
      ReadConstant(operand, token);
      return operand;
  }
  // As in Go, what is looked up stands where the first name is that was added.
  if (reader_.Peek().kind == Kind::kField && !reader_.Peek().spaced) operand.at = reader_.Peek().at;
  while (reader_.Peek().kind == Kind::kField && !reader_.Peek().spaced)
    operand.fields.emplace_back(reader_.Take().text.substr(1));
  if (operand.kind == Operand::Kind::kPipe && !operand.fields.empty())
    operand.kind = Operand::Kind::kChain;
  return operand;
}

void PipeParser::ReadParentheses(Operand& operand) {
  if (++depth_ > kDeepest) reader_.Fail("too deeply nested");
  operand.kind = Operand::Kind::kPipe;
  operand.pipe = std::make_shared<const Pipe>(Read("parenthesized pipeline", Kind::kRight, 1));
  --depth_;
}

void PipeParser::ReadWord(Operand& operand) {
  if (operand.text == "nil") {
    operand.kind = Operand::Kind::kNil;
  } else if (operand.text == "true" || operand.text == "false") {
    operand.kind = Operand::Kind::kConstant;
    operand.constant = operand.text == "true";
  } else {
    operand.kind = Operand::Kind::kFunction;
    operand.name = operand.text;
    if (!is_function_(operand.name))
      reader_.Fail(fmt::format("function {} not defined", Quoted(operand.name)));
  }
}

void PipeParser::ReadConstant(Operand& operand, const Token& token) {
  operand.kind = Operand::Kind::kConstant;
  if (token.kind == Kind::kQuoted) {
    Result<std::string> text = ReadQuoted(token.text);
    if (!text) return reader_.Fail(text.error().message());
    operand.constant = std::move(*text);
  } else {
    const Result<Value> number = ReadNumber(token.text);
    if (!number) return reader_.Fail(number.error().message());
    operand.constant = *number;
  }
}

void PipeParser::CheckVariable(const std::string& name) {
  if (std::ranges::find(variables_, name) == variables_.end())
    reader_.Fail(fmt::format("undefined variable {}", Quoted(name)));
}

}  // namespace klaxon::templates
