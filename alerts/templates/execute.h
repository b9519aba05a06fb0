#pragma once

#include <map>
#include <string>

#include "agent/base/result.h"
#include "alerts/templates/functions.h"
#include "alerts/templates/node.h"

namespace klaxon::templates {

/// How a template is turned into text.
struct Execution {
  bool html = false;  ///< results of actions are escaped; no value is empty
  bool missing_key_is_error = false;
  std::map<std::string, Value> variables{};  ///< that are there from the start: "$labels"
};

/// The text. A template may take 200,000 steps, call templates 100 deep, and give 1 MiB.
/// Error: kInvalid in Go's words:
/// "template: NAME:1:3: executing "NAME" at <.Foo>: nil data; no entry for key "Foo"".
Result<std::string> Execute(const Tree& tree, const Value& data, const Execution& execution,
                            const Environment& environment);

}  // namespace klaxon::templates
