#include "alerts/templates/evaluate.h"

#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "alerts/templates/literal.h"
#include "alerts/templates/methods.h"

namespace klaxon::templates {
namespace {

const Function* FunctionNamed(std::string_view name) {
  for (const FunctionTable* table : {&PrometheusFunctions(), &BuiltinFunctions()}) {
    const auto found = table->find(name);
    if (found != table->end()) return &found->second;
  }
  return nullptr;
}

/// The type in Go, as errors name it.
std::string_view NameOf(ArgumentType type) {
  switch (type) {
    case ArgumentType::kText:
      return "string";
    case ArgumentType::kSamples:
      return "template.queryResult";
    case ArgumentType::kSample:
      return "*template.sample";
    case ArgumentType::kAny:
      break;
  }
  return "interface {}";
}

/// What a call costs in steps: a query is work elsewhere.
size_t CostOf(std::string_view function) {
  constexpr size_t kQuery = 1'000;
  return function == "query" ? kQuery : 1;
}

bool Fits(ArgumentType wanted, const Value& value) {
  const auto* const list = value.As<List>();
  switch (wanted) {
    case ArgumentType::kText:
      return static_cast<bool>(TextOf(value));
    case ArgumentType::kSamples:
      return list != nullptr && list->type == NameOf(wanted);
    case ArgumentType::kSample:
      return value.As<Sample>() != nullptr;
    case ArgumentType::kAny:
      break;
  }
  return true;
}

}  // namespace

Evaluator::Evaluator(Frame& frame, RunTemplate run_template)
    : frame_(frame), run_template_(std::move(run_template)) {
}

Value Evaluator::Fail(std::string_view what) {
  frame_.Fail(what);
  return {};
}

Value Evaluator::Evaluate(const Pipe& pipe, const Value& dot) {
  frame_.At(pipe);
  Value value;
  const Value* last = nullptr;
  for (const Command& command : pipe.commands) {
    value =
        EvaluateCommand({.at = command.at, .operands = command.operands, .dot = dot, .last = last});
    if (failed()) return {};
    frame_.SpendOn(value);
    last = &value;
  }
  if (pipe.variables.size() == 1) frame_.Set(pipe.variables.front(), value, pipe.assigns);
  return value;
}

Value Evaluator::EvaluateCommand(const Call& call) {
  const Operand& first = call.operands.front();
  if (first.kind == Operand::Kind::kFunction) {
    frame_.At(first.at, call.operands.first(1));
    return CallFunction(call);
  }
  if (!first.fields.empty()) return EvaluateFields(call);
  if (first.kind == Operand::Kind::kPipe) return Evaluate(*first.pipe, call.dot);
  frame_.At(first.at, call.operands.first(1));
  if (call.operands.size() > 1 || call.last != nullptr)
    return Fail(fmt::format("can't give argument to non-function {}", ToString(first)));
  if (first.kind == Operand::Kind::kNil) return Fail("nil is not a command");
  return EvaluateOperand(first, call.dot);
}

Value Evaluator::EvaluateOperand(const Operand& operand, const Value& dot) {
  const Call alone{.at = operand.at, .operands = {&operand, 1}, .dot = dot};
  if (operand.kind == Operand::Kind::kPipe) return Evaluate(*operand.pipe, dot);
  frame_.At(operand.at, alone.operands);
  switch (operand.kind) {
    case Operand::Kind::kDot:
      return dot;
    case Operand::Kind::kConstant:
      frame_.SpendOn(operand.constant);
      return operand.constant;
    case Operand::Kind::kFunction:
      return CallFunction(alone);
    case Operand::Kind::kVariable:
      if (operand.fields.empty()) {
        frame_.SpendOn(frame_.ValueOf(operand.name));
        return frame_.ValueOf(operand.name);
      }
      return EvaluateFields(alone);
    case Operand::Kind::kField:
    case Operand::Kind::kChain:
      return EvaluateFields(alone);
    case Operand::Kind::kNil:
    case Operand::Kind::kPipe:
      break;
  }
  return {};
}

/// .A.B, $x.A.B or (pipeline).A.B; arguments are for the last of them, if it is a method.
Value Evaluator::EvaluateFields(const Call& call) {
  const Operand& first = call.operands.front();
  frame_.At(first.at, call.operands.first(1));
  Value value = call.dot;
  if (first.kind == Operand::Kind::kVariable) value = frame_.ValueOf(first.name);
  if (first.kind == Operand::Kind::kChain) value = Evaluate(*first.pipe, call.dot);
  for (size_t i = 0; i < first.fields.size() && !failed(); ++i) {
    const bool final = i + 1 == first.fields.size();
    if (final) RefuseArguments(call, value, first.fields[i]);
    const std::vector<Value> arguments = final ? Arguments(call) : std::vector<Value>();
    if (!failed()) value = FieldOf(value, first.fields[i], arguments);
  }
  return failed() ? Value() : value;
}

/// `function`: whose they are, if the types of its arguments are to be checked.
std::vector<Value> Evaluator::Arguments(const Call& call, const Function* function) {
  constexpr std::array<ArgumentType, 3> kUnchecked{};
  const auto& types = function == nullptr ? kUnchecked : function->types;
  std::vector<Value> arguments;
  const auto add = [&](const Operand* operand, Value value) {
    const size_t i = arguments.size();
    if (!failed() && i < types.size()) CheckArgument(types[i], operand, value);
    arguments.push_back(std::move(value));
  };
  for (const Operand& operand : call.operands.subspan(1)) {
    if (failed()) break;
    add(&operand, EvaluateOperand(operand, call.dot));
  }
  if (call.last != nullptr && !failed()) {
    if (types.front() != ArgumentType::kAny)
      frame_.At(call.operands.front().at, call.operands.first(1));
    add(nullptr, *call.last);
  }
  return arguments;
}

/// Fails in Go's words if the value is not what the function takes. `operand`: as it was written;
/// nullptr: it came out of the command before.
void Evaluator::CheckArgument(ArgumentType wanted, const Operand* operand, const Value& value) {
  if (Fits(wanted, value)) return;
  const std::string_view type = NameOf(wanted);
  using Kind = Operand::Kind;
  if (operand != nullptr && operand->kind == Kind::kNil && wanted == ArgumentType::kText) {
    Fail("cannot assign nil to string");
  } else if (operand != nullptr && operand->kind == Kind::kConstant) {
    Fail(wanted == ArgumentType::kText
             ? fmt::format("expected string; found {}", ToString(*operand))
             : fmt::format("can't handle {} for arg of type {}", ToString(*operand), type));
  } else if (value.empty()) {
    Fail(fmt::format("invalid value; expected {}", type));
  } else {
    Fail(fmt::format("wrong type for value; expected {}; got {}", type, TypeName(value)));
  }
}

/// Of what has no methods, before they are looked at.
void Evaluator::RefuseArguments(const Call& call, const Value& value, const std::string& name) {
  if (call.operands.size() == 1 && call.last == nullptr) return;
  const auto* const fields = value.As<Struct>();
  const bool of_sample = value.As<Sample>() != nullptr && (name == "Labels" || name == "Value");
  if (value.As<Map>() != nullptr) {
    Fail(name + " is not a method but has arguments");
  } else if (of_sample || (fields != nullptr && fields->Find(name) != nullptr)) {
    Fail(name + " has arguments but cannot be invoked as function");
  }
}

Value Evaluator::FieldOf(const Value& value, const std::string& name,
                         const std::vector<Value>& arguments) {
  if (std::optional<Result<Value>> result = CallMethod(value, name, arguments)) {
    if (*result) return std::move(**result);
    const std::string& what = result->error().message();
    return Fail(what.starts_with("wrong number of args")
                    ? what
                    : fmt::format("error calling {}: {}", name, what));
  }
  if (!arguments.empty() && !value.empty())
    return Fail(fmt::format("{} has arguments but cannot be invoked as function", name));
  if (const auto* map = value.As<Map>()) return EntryOf(*map, name);
  if (const auto* fields = value.As<Struct>()) return FieldOf(*fields, name);
  const auto* const sample = value.As<Sample>();
  if (sample != nullptr && name == "Labels") return Value::OfLabels(sample->labels);
  if (sample != nullptr && name == "Value") return sample->value;
  if (!value.empty())
    return Fail(fmt::format("can't evaluate field {} in type {}", name, TypeName(value)));
  if (!frame_.progress().execution.missing_key_is_error) return {};
  return Fail(fmt::format("nil data; no entry for key {}", Quoted(name)));
}

Value Evaluator::FieldOf(const Struct& fields, const std::string& name) {
  if (const Value* const found = fields.Find(name)) return *found;
  return Fail(fmt::format("can't evaluate field {} in type {}", name, fields.type));
}

Value Evaluator::EntryOf(const Map& map, const std::string& name) {
  const auto found = map.entries.find(name);
  if (found != map.entries.end()) return found->second;
  if (frame_.progress().execution.missing_key_is_error)
    return Fail(fmt::format("map has no entry for key {}", Quoted(name)));
  return map.of_strings ? Value(std::string()) : Value();
}

Value Evaluator::CallFunction(const Call& call) {
  const std::string& name = call.operands.front().name;
  if (name == "tmpl") return CallTemplate(call);
  const Function& function = *FunctionNamed(name);  // the parser knows them all
  const size_t count = call.operands.size() - 1 + (call.last != nullptr ? 1 : 0);
  if (count < function.least || count > function.most) {
    return Fail(fmt::format("wrong number of args for {}: want {}{} got {}", name,
                            function.most == kAnyNumber ? "at least " : "", function.least, count));
  }
  if (name == "and" || name == "or") return Decide(call);
  const std::vector<Value> arguments = Arguments(call, &function);
  frame_.Spend(CostOf(name));
  if (failed()) return {};
  Result<Value> value = function.call(frame_.progress().environment, arguments);
  if (value) return std::move(*value);
  frame_.At(call.at, call.operands);
  return Fail(fmt::format("error calling {}: {}", name, value.error().message()));
}

/// and, or: the arguments up to the first that decides.
Value Evaluator::Decide(const Call& call) {
  const bool decisive = call.operands.front().name == "or";
  Value value;
  for (const Operand& operand : call.operands.subspan(1)) {
    value = EvaluateOperand(operand, call.dot);
    if (failed() || IsTrue(value) == decisive) return value;
  }
  return call.last != nullptr ? *call.last : value;
}

/// tmpl: a template whose name is a value; its text is HTML already.
Value Evaluator::CallTemplate(const Call& call) {
  const std::vector<Value> arguments = Arguments(call);
  if (failed()) return {};
  if (arguments.size() != 2)
    return Fail(fmt::format("wrong number of args for tmpl: want 2 got {}", arguments.size()));
  const Result<std::string> name = TextOf(arguments[0]);
  if (!name) return Fail(name.error().message());
  std::string text = run_template_(*name, arguments[1]);
  return failed() ? Value() : Value(SafeHtml{std::move(text)});
}

}  // namespace klaxon::templates
