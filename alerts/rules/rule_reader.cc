#include "alerts/rules/rule_reader.h"

#include <map>
#include <optional>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/promql/parser.h"
#include "agent/series/labels.h"
#include "alerts/rules/expression_place.h"

namespace klaxon::rules {
namespace {

bool IsName(const std::string& name) {
  return !name.empty() && ToUtf8(name) == name;
}

std::vector<NamedText> Named(const TextPairs& pairs) {
  std::vector<NamedText> named;
  for (const auto& [name, text] : pairs) {
    named.push_back({.name = name, .text = text});
  }
  return named;
}

/// The labels of the group, and of those with the same name the rule's.
TextPairs Joined(const TextPairs& group_labels, const TextPairs& labels) {
  std::map<std::string, std::string> joined(labels.begin(), labels.end());
  joined.insert(group_labels.begin(), group_labels.end());
  return {joined.begin(), joined.end()};
}

void ReadExpression(Fields& fields, Rule& rule, const RuleContext& context) {
  rule.expression = fields.Text("expr");
  if (rule.expression.empty()) {
    fields.Complain("expr", "field 'expr' must be set in rule");
    return;
  }
  promql::Parsed parsed = promql::Parse(rule.expression);
  if (!parsed.mistake) {
    rule.parsed = std::move(parsed.expression);
    return;
  }
  const promql::Mistake& mistake = *parsed.mistake;
  context.report.Add(
      PlaceInFile(context.lines, fields.PositionOf("expr"), rule.expression, mistake),
      fields.about(), fmt::format("could not parse expression: {}", ToString(mistake)));
}

void CheckRecording(Fields& fields, const Rule& rule) {
  for (const std::string_view field : {"annotations", "for", "keep_firing_for"}) {
    const bool given = field == "annotations" ? !rule.annotations.empty()
                       : field == "for"       ? rule.hold_for != Duration::zero()
                                              : rule.keep_firing_for != Duration::zero();
    if (given) fields.Complain(field, fmt::format("invalid field '{}' in recording rule", field));
  }
  if (!IsName(rule.name)) {
    fields.Complain("record", fmt::format("invalid recording rule name: {}", rule.name));
  } else if (rule.name.find_first_of("{}") != std::string::npos) {
    fields.Complain("record",
                    fmt::format("braces present in the recording rule name; should it be in expr?: "
                                "{}",
                                rule.name));
  }
}

void ParseTemplates(Fields& fields, std::string_view field, const std::string& alert,
                    std::vector<NamedText>& texts) {
  for (NamedText& text : texts) {
    Result<templates::Template> parsed =
        templates::Template::Parse(TemplateName(alert), text.text, TemplateVariables());
    if (parsed) {
      text.parsed = *std::move(parsed);
    } else {
      fields.Complain(
          field, fmt::format("{} \"{}\": {}", field == "labels" ? "label" : "annotation", text.name,
                             parsed.error().message()));
    }
  }
}

void CheckAlert(Fields& fields, Rule& rule) {
  for (const NamedText& annotation : rule.annotations) {
    if (!IsName(annotation.name)) {
      fields.Complain("annotations", fmt::format("invalid annotation name: {}", annotation.name));
    }
  }
  ParseTemplates(fields, "labels", rule.name, rule.labels);
  ParseTemplates(fields, "annotations", rule.name, rule.annotations);
}

}  // namespace

const std::vector<std::string>& TemplateVariables() {
  static const std::vector<std::string> variables{"$labels", "$externalLabels", "$externalURL",
                                                  "$value"};
  return variables;
}

std::string TemplateName(const std::string& alert) {
  return "__alert_" + alert;
}

void CheckLabels(const TextPairs& labels, config::Position position, const std::string& about,
                 Report& report) {
  for (const auto& [name, value] : labels) {
    if (!IsName(name) || name == series::kMetricName) {
      report.Add(position, about, fmt::format("invalid label name: {}", name));
    }
    if (ToUtf8(value) != value) {
      report.Add(position, about, fmt::format("invalid label value: {}", value));
    }
  }
}

std::shared_ptr<const Rule> ReadRule(const config::YamlNode& node, std::string about,
                                     const TextPairs& group_labels, const RuleContext& context) {
  Fields fields(node, std::move(about), context.report);
  auto rule = std::make_shared<Rule>();
  rule->position = node.position;
  const std::string record = fields.Text("record");
  const std::string alert = fields.Text("alert");
  rule->alerts = !alert.empty();
  rule->name = rule->alerts ? alert : record;
  if (!rule->name.empty()) {
    fields.SetAbout(fmt::format("{}, \"{}\"", fields.about(), Printable(rule->name, 100)));
  }
  ReadExpression(fields, *rule, context);
  rule->hold_for = fields.Time("for").value_or(Duration::zero());
  rule->keep_firing_for = fields.Time("keep_firing_for").value_or(Duration::zero());
  const TextPairs labels = fields.Texts("labels");
  rule->labels = Named(Joined(group_labels, labels));
  rule->annotations = Named(fields.Texts("annotations"));
  if (!context.options.ignore_unknown_fields) fields.RefuseOthers();
  CheckLabels(labels, fields.PositionOf("labels"), fields.about(), context.report);
  if (!record.empty() && !alert.empty()) {
    fields.Complain("alert", "only one of 'record' and 'alert' must be set");
  } else if (rule->name.empty()) {
    fields.Complain("", "one of 'record' or 'alert' must be set");
  }
  if (!record.empty()) CheckRecording(fields, *rule);
  if (rule->alerts) CheckAlert(fields, *rule);
  return rule;
}

}  // namespace klaxon::rules
