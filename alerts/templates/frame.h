#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "alerts/templates/execute.h"
#include "alerts/templates/node.h"

namespace klaxon::templates {

/// What all templates of one execution share.
struct Progress {
  const Tree& tree;
  const Execution& execution;
  const Environment& environment;
  std::string text{};  ///< what was written so far
  size_t steps = 0;
  size_t depth = 0;  ///< templates that call one another
};

/// The state of one template while it is executed: its variables, the place that was looked at last
/// (as in Go, an error names that) and the first error, after which nothing more is done.
class Frame {
 public:
  Frame(Progress& progress, std::string name, const Value& data);

  Progress& progress() { return progress_; }

  const std::optional<Error>& error() const { return error_; }

  void set_error(const Error& error) { error_ = error; }

  /// The first failure is kept, with its place.
  void Fail(std::string_view what);

  void At(const Pipe& pipe);
  void At(size_t at, std::span<const Operand> operands);
  void AtTemplate(const Node& node);

  /// Counts work; too much of it is a failure.
  void Spend(size_t steps);

  /// For text that was made or copied.
  void SpendOn(const Value& value);

  const Value& ValueOf(std::string_view variable) const;
  void Set(const std::string& variable, const Value& value, bool assigns);

  size_t variables() const { return variables_.size(); }

  /// Forgets what was declared since there were so many.
  void ForgetVariables(size_t count) { variables_.resize(count); }

 private:
  struct Variable {
    std::string name{};
    Value value{};
  };

  std::string Context() const;

  Progress& progress_;
  std::string name_;
  std::vector<Variable> variables_{};
  size_t at_ = 0;
  std::span<const Operand> operands_{};
  const Pipe* pipe_ = nullptr;
  const Node* template_ = nullptr;
  std::optional<Error> error_{};
};

}  // namespace klaxon::templates
