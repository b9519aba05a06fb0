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

Pipe PipeParser::Read(std::string_view where, Kind closing) {
  Pipe pipe{.at = reader_.Peek().at};
  ReadDeclaration(pipe, where);
  while (!reader_.error()) {
    if (reader_.Peek().kind == closing) {
      if (pipe.commands.empty()) reader_.Fail("missing value for " + std::string(where));
      reader_.Take();
      break;
    }
    if (!Begins(reader_.Peek().kind)) {
      reader_.FailUnexpected(where);
      break;
    }
    pipe.commands.push_back(ReadCommand());
    if (reader_.TakeIf(Kind::kPipe) && reader_.Peek().kind == closing) {
      reader_.Fail("missing value for command");  // Go takes it
    }
  }
  CheckPipe(pipe);
  if (!pipe.assigns)
    variables_.insert(variables_.end(), pipe.variables.begin(), pipe.variables.end());
  return pipe;
}

/// "$x :=", "$i, $x :=" or "$x =", if it stands there.
void PipeParser::ReadDeclaration(Pipe& pipe, std::string_view where) {
  while (reader_.Peek().kind == Kind::kVariable) {
    const Token after = reader_.PeekAt(1);
    const bool comma = after.kind == Kind::kCharacter && after.text == ",";
    if (!comma && after.kind != Kind::kDeclare && after.kind != Kind::kAssign) return;
    pipe.variables.emplace_back(reader_.Take().text);
    reader_.Take();
    if (!comma) {
      pipe.assigns = after.kind == Kind::kAssign;
      break;
    }
    if (where != "range" || pipe.variables.size() > 1)
      return reader_.Fail(fmt::format("too many declarations in {}", where));
    const Kind next = reader_.Peek().kind;
    if (next != Kind::kVariable && next != Kind::kClose && next != Kind::kRight)
      return reader_.Fail("range can only initialize variables");
  }
  for (const std::string& variable : pipe.variables) {
    if (pipe.assigns) CheckVariable(variable, pipe.at);
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

/// Up to what ends it, which is left to read. REQUIRES: an operand begins here.
Command PipeParser::ReadCommand() {
  Command command{.at = reader_.Peek().at};
  do {
    command.operands.push_back(ReadOperand());
  } while (!reader_.error() && Begins(reader_.Peek().kind) && reader_.Peek().spaced);
  const Kind next = reader_.Peek().kind;
  if (next != Kind::kClose && next != Kind::kRight && next != Kind::kPipe)
    reader_.FailUnexpected("operand");
  return command;
}

Operand PipeParser::ReadOperand() {
  const Token token = reader_.Take();
  Operand operand{.at = token.at, .text = std::string(token.text)};
  switch (token.kind) {
    case Kind::kDot:
      operand.kind = Operand::Kind::kDot;
      RefuseFields(operand);
      return operand;
    case Kind::kField:
      operand.kind = Operand::Kind::kField;
      operand.fields.emplace_back(token.text.substr(1));
      break;
    case Kind::kVariable:
      operand.kind = Operand::Kind::kVariable;
      operand.name = token.text;
      CheckVariable(operand.name, operand.at);
      break;
    case Kind::kLeft:
      ReadParentheses(operand);
      break;
    case Kind::kWord:
      ReadWord(operand);
      if (operand.kind == Operand::Kind::kFunction) return WithFields(std::move(operand));
      RefuseFields(operand);
      return operand;
    default:
      ReadConstant(operand, token);
      RefuseFields(operand);
      return operand;
  }
  return WithFields(std::move(operand));
}

/// With the fields that follow right behind it.
Operand PipeParser::WithFields(Operand operand) {
  const auto follows = [&] {
    return reader_.Peek().kind == Kind::kField && !reader_.Peek().spaced;
  };
  if (!follows()) return operand;
  if (operand.kind == Operand::Kind::kFunction) {  // of what it gives without arguments
    Pipe pipe{.at = operand.at};
    pipe.commands.push_back({.at = operand.at, .operands = {operand}});
    operand = {.kind = Operand::Kind::kPipe, .pipe = std::make_shared<const Pipe>(std::move(pipe))};
  }
  operand.at = reader_.Peek().at;  // as in Go, where the first name is that was added
  while (follows())
    operand.fields.emplace_back(reader_.Take().text.substr(1));
  if (operand.kind == Operand::Kind::kPipe) operand.kind = Operand::Kind::kChain;
  return operand;
}

void PipeParser::ReadParentheses(Operand& operand) {
  if (++depth_ > kDeepest) reader_.Fail("too deeply nested");
  operand.kind = Operand::Kind::kPipe;
  operand.pipe = std::make_shared<const Pipe>(Read("parenthesized pipeline", Kind::kRight));
  --depth_;
}

/// After what has none.
void PipeParser::RefuseFields(const Operand& operand) {
  if (reader_.Peek().kind == Kind::kField && !reader_.Peek().spaced)
    reader_.Fail("unexpected . after term " + Quoted(operand.text));
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
      reader_.FailAt(operand.at, fmt::format("function {} not defined", Quoted(operand.name)));
  }
}

void PipeParser::ReadConstant(Operand& operand, const Token& token) {
  operand.kind = Operand::Kind::kConstant;
  if (token.kind == Kind::kQuoted) {
    Result<std::string> text = ReadQuoted(token.text);
    if (!text) return reader_.FailAt(token.at, text.error().message());
    operand.constant = std::move(*text);
  } else {
    const Result<Value> number = ReadNumber(token.text);
    if (!number) return reader_.FailAt(token.at, number.error().message());
    operand.constant = *number;
  }
}

void PipeParser::CheckVariable(const std::string& name, size_t at) {
  if (std::ranges::find(variables_, name) == variables_.end())
    reader_.FailAt(at, fmt::format("undefined variable {}", Quoted(name)));
}

}  // namespace klaxon::templates
