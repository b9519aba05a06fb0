#include <memory>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "agent/promql/functions.h"
#include "agent/promql/quoted.h"

namespace klaxon::promql {
namespace {

const std::string& TextAt(const CallFrame& frame, size_t index) {
  return std::get<std::string>(frame.arguments[index]);
}

Error InvalidLabel(std::string_view function, const std::string& label) {
  return {Reason::kInvalid,
          fmt::format("invalid destination label name in {}(): {}", function, label)};
}

bool IsLabelName(const std::string& label) {
  return !label.empty() && IsUtf8(label);
}

void SetLabel(VectorSample& sample, const std::string& label, std::string_view value) {
  series::LabelsBuilder builder(*sample.labels);
  builder.Set(label, value);
  sample.labels = std::make_shared<const series::Labels>(builder.Build());
  if (label == series::kMetricName) sample.drop_name = false;  // it was given on purpose
}

Result<Value> Unique(Vector vector) {
  std::unordered_set<series::LabelsRef, series::LabelsHash, series::SameLabels> seen;
  for (const VectorSample& sample : vector) {
    if (!seen.insert(sample.labels).second) {
      return Error(Reason::kInvalid, "vector cannot contain metrics with the same labelset");
    }
  }
  return Value(std::move(vector));
}

Result<Value> LabelReplace(CallFrame& frame) {
  const std::string& label = TextAt(frame, 1);
  const std::string& replacement = TextAt(frame, 2);
  const std::string& source = TextAt(frame, 3);
  const std::string& expression = TextAt(frame, 4);
  auto found = frame.patterns.find(expression);
  if (found == frame.patterns.end()) {
    Result<series::Pattern> made = series::Pattern::Make(expression);
    if (!made) {
      return Error(Reason::kInvalid,
                   fmt::format("invalid regular expression in label_replace(): {}", expression));
    }
    found = frame.patterns.emplace(expression, *std::move(made)).first;
  }
  if (!IsLabelName(label)) return InvalidLabel("label_replace", label);
  Vector result = std::get<Vector>(std::move(frame.arguments[0]));
  for (VectorSample& sample : result) {
    const auto value = found->second.Replace(sample.labels->Get(source), replacement);
    if (value) SetLabel(sample, label, *value);
  }
  return Unique(std::move(result));
}

Result<Value> LabelJoin(CallFrame& frame) {
  const std::string& label = TextAt(frame, 1);
  if (!IsLabelName(label)) return InvalidLabel("label_join", label);
  Vector result = std::get<Vector>(std::move(frame.arguments[0]));
  for (VectorSample& sample : result) {
    std::string joined;
    for (size_t i = 3; i < frame.arguments.size(); ++i) {
      if (i > 3) joined += TextAt(frame, 2);
      joined += sample.labels->Get(TextAt(frame, i));
    }
    SetLabel(sample, label, joined);
  }
  return Unique(std::move(result));
}

constexpr Implemented kLabels[] = {
    {"label_join", FrameFunction(LabelJoin)},
    {"label_replace", FrameFunction(LabelReplace)},
};

}  // namespace

std::span<const Implemented> LabelFunctions() {
  return kLabels;
}

}  // namespace klaxon::promql
