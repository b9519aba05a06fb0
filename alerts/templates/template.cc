#include "alerts/templates/template.h"

#include <utility>

#include "alerts/templates/parser.h"

namespace klaxon::templates {

Result<Template> Template::Parse(std::string name, std::string text,
                                 const std::vector<std::string>& variables) {
  const auto is_function = [](std::string_view function) {
    return function == "tmpl" || PrometheusFunctions().contains(function) ||
           BuiltinFunctions().contains(function);
  };
  Result<Tree> tree = templates::Parse(std::move(name), std::move(text), variables, is_function);
  if (!tree) return tree.error();
  return Template(std::make_shared<const Tree>(std::move(*tree)));
}

Result<std::string> Template::Expand(const Value& data, const Execution& execution,
                                     const Environment& environment) const {
  return Execute(*tree_, data, execution, environment);
}

}  // namespace klaxon::templates
