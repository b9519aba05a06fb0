#pragma once

#include <functional>
#include <string>

#include "agent/series/labels.h"
#include "alerts/lifecycle/step.h"
#include "alerts/rules/rule.h"

namespace klaxon::alerts {

/// Labels and annotations of one alert, made out of the templates of its rule as Prometheus does: a
/// template that fails gives "<error expanding template: ...>", never a failure of the rule.
class Expansion {
 public:
  /// `sample` and `value` are what the expression gave.
  Expansion(const rules::Rule& rule, const series::Labels& sample, double value, const Step& step);

  series::Labels AlertLabels() const;
  series::Labels Annotations() const;

 private:
  std::string Expand(const rules::NamedText& text) const;

  const rules::Rule& rule_;
  const series::Labels& sample_;
  const std::function<std::string(const std::string& url)>& runbook_address_;
  templates::Execution execution_{};
  templates::Value data_{};
  templates::Environment environment_{};
};

}  // namespace klaxon::alerts
