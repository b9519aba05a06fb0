#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/templates/frame.h"
#include "alerts/templates/functions.h"
#include "alerts/templates/node.h"

namespace klaxon::templates {

/// Computes pipelines. After a failure, which the frame holds, a value means nothing.
class Evaluator {
 public:
  /// Executes a template by name and returns its text.
  using RunTemplate = std::function<std::string(const std::string& name, const Value& data)>;

  Evaluator(Frame& frame, RunTemplate run_template);

  /// The value of a pipeline; its variable, if there is only one, is set.
  Value Evaluate(const Pipe& pipe, const Value& dot);

 private:
  /// A command while it is computed.
  struct Call {
    size_t at = 0;
    std::span<const Operand> operands{};  ///< at least one
    const Value& dot;
    const Value* last = nullptr;  ///< the result of the command before, if there is one
  };

  Value EvaluateCommand(const Call& call);
  Value EvaluateOperand(const Operand& operand, const Value& dot);
  Value EvaluateFields(const Call& call);
  std::vector<Value> Arguments(const Call& call, const Function* function = nullptr);
  void CheckArgument(ArgumentType wanted, const Operand* operand, const Value& value);
  void RefuseArguments(const Call& call, const Value& value, const std::string& name);
  Value FieldOf(const Value& value, const std::string& name, const std::vector<Value>& arguments);
  Value EntryOf(const Map& map, const std::string& name);
  Value FieldOf(const Struct& fields, const std::string& name);
  Value CallFunction(const Call& call);
  Value Decide(const Call& call);
  Value CallTemplate(const Call& call);
  Value Fail(std::string_view what);

  bool failed() const { return frame_.error().has_value(); }

  Frame& frame_;
  RunTemplate run_template_;
};

}  // namespace klaxon::templates
