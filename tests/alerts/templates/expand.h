#pragma once

#include <map>
#include <string>

#include "alerts/templates/template.h"

namespace klaxon::templates {

/// The text as an alert's template is expanded, or "error: " and the error.
inline std::string Expand(const std::string& text, const Environment& environment = {}) {
  const Result<Template> read = Template::Parse("t", text, {"$labels", "$value"});
  if (!read) return "error: " + read.error().message();
  const Value labels = Value::OfLabels({{"group", "orders"}, {"topic", "a-b"}});
  const Execution execution{.variables = {{"$labels", labels}, {"$value", 5.5}}};
  const Value data = Value::OfStruct("struct { Labels map[string]string; Value interface {} }",
                                     {{"Labels", labels}, {"Value", 5.5}});
  const Result<std::string> expanded = read->Expand(data, execution, environment);
  return expanded ? *expanded : "error: " + expanded.error().message();
}

}  // namespace klaxon::templates
