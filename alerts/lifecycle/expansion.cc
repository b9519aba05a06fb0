#include "alerts/lifecycle/expansion.h"

#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "agent/promql/parser.h"
#include "agent/promql/query.h"

namespace klaxon::alerts {
namespace {

using templates::Value;

/// Of the data of an alert's template (prometheus/template, AlertTemplateData): an error names it.
constexpr std::string_view kDataType =
    "struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; "
    "Value interface {} }";

std::map<std::string, std::string> AsMap(const series::Labels& labels) {
  std::map<std::string, std::string> map;
  for (const series::Label label : labels) {
    map.emplace(label.name, label.value);
  }
  return map;
}

/// What `query` in a template answers: at the time of the evaluation, offset or not.
Result<std::vector<templates::Sample>> Ask(const std::string& expression, const Step& step) {
  const promql::Parsed parsed = promql::Parse(expression);
  if (parsed.mistake) return Error(Reason::kInvalid, ToString(*parsed.mistake));
  const Result<promql::QueryResult> result =
      promql::InstantQuery(*parsed.expression, step.source,
                           Milliseconds(step.seen_at.value_or(step.now)), step.surroundings.query);
  if (!result) return result.error();
  if (result->type == promql::ValueType::kScalar) {
    return std::vector<templates::Sample>{{.value = result->scalar}};
  }
  if (result->type != promql::ValueType::kVector) {
    return Error(Reason::kInvalid, "query result is not a vector or scalar");
  }
  std::vector<templates::Sample> samples;
  for (const promql::VectorSample& sample : result->vector) {
    samples.push_back({.labels = AsMap(*sample.labels), .value = sample.value});
  }
  return samples;
}

}  // namespace

Expansion::Expansion(const rules::Rule& rule, const series::Labels& sample, double value,
                     const Step& step)
    : rule_(rule), sample_(sample), runbook_address_(step.surroundings.runbook_address) {
  const Value labels = Value::OfLabels(AsMap(sample));
  const Value external_labels = Value::OfLabels(step.surroundings.external_labels);
  const Value external_url(step.surroundings.external_url);
  execution_.variables = {{"$labels", labels},
                          {"$externalLabels", external_labels},
                          {"$externalURL", external_url},
                          {"$value", Value(value)}};
  data_ = Value::OfStruct(kDataType, {{"Labels", labels},
                                      {"ExternalLabels", external_labels},
                                      {"ExternalURL", external_url},
                                      {"Value", Value(value)}});
  environment_ = {.now = step.now,
                  .query = [&step](const std::string& text) { return Ask(text, step); },
                  .external_url = step.surroundings.external_url,
                  .path_prefix = step.surroundings.path_prefix};
}

std::string Expansion::Expand(const rules::NamedText& text) const {
  if (!text.parsed || text.text.find("{{") == std::string::npos) return text.text;
  Result<std::string> expanded = text.parsed->Expand(data_, execution_, environment_);
  if (expanded) return *std::move(expanded);
  return fmt::format("<error expanding template: error executing template {}: {}>",
                     rules::TemplateName(rule_.name), expanded.error().message());
}

series::Labels Expansion::AlertLabels() const {
  series::LabelsBuilder labels(sample_);
  labels.Set(series::kMetricName, "");
  for (const rules::NamedText& label : rule_.labels) {
    labels.Set(label.name, Expand(label));
  }
  labels.Set("alertname", rule_.name);
  return labels.Build();
}

series::Labels Expansion::Annotations() const {
  std::vector<std::pair<std::string, std::string>> annotations;
  for (const rules::NamedText& annotation : rule_.annotations) {
    std::string text = Expand(annotation);
    if (annotation.name == "runbook_url" && runbook_address_) text = runbook_address_(text);
    annotations.emplace_back(annotation.name, std::move(text));
  }
  return series::Labels(std::move(annotations));
}

}  // namespace klaxon::alerts
