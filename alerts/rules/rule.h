#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/config/mistake.h"
#include "agent/promql/ast.h"
#include "alerts/templates/template.h"

/// Prometheus' rules as their files have them. Source: prometheus/model/rulefmt, version 3.
namespace klaxon::rules {

/// A label or an annotation as a rule gives it.
struct NamedText {
  std::string name{};
  std::string text{};  ///< of an alert: a template; may be empty, which takes a label away
  std::optional<templates::Template> parsed{};  ///< of an alert
};

/// Immutable once read.
struct Rule {
  bool alerts = false;  ///< else it records
  std::string name{};   ///< of the alert, or of the metric that is recorded
  std::string expression{};
  std::shared_ptr<const promql::Expr> parsed{};
  Duration hold_for{};              ///< `for`
  Duration keep_firing_for{};       ///< after the expression has stopped giving the alert
  std::vector<NamedText> labels{};  ///< sorted by name, each once; those of the group among them
  std::vector<NamedText> annotations{};
  config::Position position{};  ///< in the group's file
};

struct Group {
  std::string file{};
  std::string name{};                      ///< unique in the file
  std::optional<Duration> interval{};      ///< more than 0
  std::optional<Duration> query_offset{};  ///< how far back its queries look
  int64_t limit = 0;                       ///< most alerts or series a rule may give; 0: any number
  std::vector<std::shared_ptr<const Rule>> rules{};
};

/// The variables that a template of a rule may use: those that Prometheus defines.
const std::vector<std::string>& TemplateVariables();

/// The name under which a template's mistakes are told, as Prometheus has it.
std::string TemplateName(const std::string& alert);

}  // namespace klaxon::rules
