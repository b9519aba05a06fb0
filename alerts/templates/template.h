#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "alerts/templates/execute.h"
#include "alerts/templates/functions.h"
#include "alerts/templates/value.h"

namespace klaxon::templates {

/// A template that was read, ready to be expanded as often as wanted. Immutable; thread-safe; cheap
/// to copy.
class Template {
 public:
  /// `variables` are those that every expansion brings ("$labels", "$value").
  /// Error: kInvalid, "template: NAME:LINE: what is wrong".
  static Result<Template> Parse(std::string name, std::string text,
                                const std::vector<std::string>& variables = {});

  /// Error: kInvalid, as Execute().
  Result<std::string> Expand(const Value& data, const Execution& execution,
                             const Environment& environment) const;

 private:
  explicit Template(std::shared_ptr<const Tree> tree) : tree_(std::move(tree)) {}

  std::shared_ptr<const Tree> tree_;
};

}  // namespace klaxon::templates
