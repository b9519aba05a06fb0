#include "alerts/lifecycle/explained_parts.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/text.h"
#include "agent/promql/function_table.h"
#include "agent/promql/parser.h"

namespace klaxon::alerts {
namespace {

constexpr int kMostParts = 500;  // of an expression that nobody wrote by hand
constexpr size_t kSeriesShown = 5;
constexpr size_t kLongestText = 300;

bool IsLiteral(const promql::Expr& expr) {
  return std::holds_alternative<promql::Number>(expr.node) ||
         std::holds_alternative<promql::Text>(expr.node);
}

std::string CountText(size_t count) {
  return count == 0 ? "no series" : fmt::format("{} series", count);
}

/// `lag{g="a"}`: as people write it.
std::string SeriesText(const series::Labels& labels) {
  static const series::LabelFilter no_name =
      series::LabelFilter::Without({std::string(series::kMetricName)});
  const series::Labels rest = no_name.Apply(labels);
  std::string text(labels.metric_name());
  if (text.empty() || !rest.empty()) text += ToString(rest);
  return Printable(text, kLongestText);
}

std::string ValueText(double value) {
  return fmt::format("{}", value);
}

}  // namespace

ExplainedPart PartExplainer::Explain(const promql::Expr& expr) {
  ExplainedPart part{.expr = &expr, .text = Printable(TextOf(expr, text_), kLongestText)};
  if (IsLiteral(expr)) {
    part.count = 1;
    return part;
  }
  if (++evaluated_ > kMostParts) {
    part.failed = true;
    part.value = fmt::format("left out: only {} parts are shown", kMostParts);
    return part;
  }
  Evaluate(part);
  const std::vector<const promql::Expr*> inner = promql::PartsOf(expr);
  for (const promql::Expr* const one : inner) {
    part.parts.push_back(Explain(*one));
  }
  return part;
}

void PartExplainer::Evaluate(ExplainedPart& part) {
  Result<promql::QueryResult> result = InstantQuery(*part.expr, source_, time_, options_);
  if (!result) {
    part.failed = true;
    part.value = "fails: " + Printable(result.error().message(), kLongestText);
    return;
  }
  switch (result->type) {
    case promql::ValueType::kScalar:
      part.count = 1;
      part.value = ValueText(result->scalar);
      break;
    case promql::ValueType::kString:
      part.count = 1;
      part.value = Printable(result->text, kLongestText);
      break;
    case promql::ValueType::kVector:
      TakeVector(std::move(result->vector), part);
      part.value = CountText(part.count) + AgesOf(part);
      break;
    case promql::ValueType::kMatrix:
      TakeMatrix(result->matrix, part);
      break;
  }
  for (const std::string& warning : result->warnings) {
    part.series.push_back("! " + Printable(warning, kLongestText));
  }
}

void PartExplainer::TakeVector(promql::Vector vector, ExplainedPart& part) const {
  part.count = vector.size();
  const size_t shown = std::min(kSeriesShown, vector.size());
  const auto* const call = std::get_if<promql::Call>(&part.expr->node);
  const auto* const aggregate = std::get_if<promql::Aggregate>(&part.expr->node);
  // What sorts has said which come first.
  const bool sorted = (call != nullptr && call->function->name.starts_with("sort")) ||
                      (aggregate != nullptr && (aggregate->op == promql::Aggregator::kTopk ||
                                                aggregate->op == promql::Aggregator::kBottomk));
  if (!sorted) {
    std::partial_sort(vector.begin(), vector.begin() + static_cast<std::ptrdiff_t>(shown),
                      vector.end(),
                      [](const auto& a, const auto& b) { return *a.labels < *b.labels; });
  }
  for (size_t i = 0; i < shown; ++i) {
    part.series.push_back(
        fmt::format("{}  {}", SeriesText(*vector[i].labels), ValueText(vector[i].value)));
  }
  if (shown < vector.size()) {
    part.series.push_back(fmt::format("and {} more", vector.size() - shown));
  }
}

void PartExplainer::TakeMatrix(const promql::Matrix& matrix, ExplainedPart& part) const {
  part.count = matrix.size();
  size_t samples = 0;
  int64_t newest = 0;
  int64_t oldest = std::numeric_limits<int64_t>::max();
  for (const promql::RangeSeries& series : matrix) {
    samples += series.samples.size();
    newest = std::max(newest, series.samples.back().time);
    oldest = std::min(oldest, series.samples.back().time);
    if (part.series.size() < kSeriesShown) {
      part.series.push_back(fmt::format("{}  {} samples, the newest {}", SeriesText(*series.labels),
                                        series.samples.size(),
                                        ValueText(series.samples.back().value)));
    }
  }
  part.value = CountText(part.count);
  if (!matrix.empty()) {
    part.value += fmt::format(", {} samples, the newest{}", samples, AgeText(newest, oldest));
  }
  if (matrix.size() > kSeriesShown) {
    part.series.push_back(fmt::format("and {} more", matrix.size() - kSeriesShown));
  }
}

/// How old the samples of an instant selector are.
std::string PartExplainer::AgesOf(const ExplainedPart& part) const {
  if (part.count == 0 || !std::holds_alternative<promql::Selector>(part.expr->node)) return "";
  const promql::Parsed times = promql::Parse(fmt::format(
      "timestamp({})", text_.substr(part.expr->begin, part.expr->end - part.expr->begin)));
  if (!times.expression) return "";
  const Result<promql::QueryResult> result =
      InstantQuery(*times.expression, source_, time_, options_);
  if (!result || result->vector.empty()) return "";
  const auto [oldest, newest] = std::ranges::minmax_element(
      result->vector, {}, [](const promql::VectorSample& sample) { return sample.value; });
  const auto ms = [](double seconds) { return static_cast<int64_t>(seconds * 1000); };
  return ", samples" + AgeText(ms(newest->value), ms(oldest->value));
}

std::string PartExplainer::AgeText(int64_t newest, int64_t oldest) const {
  const auto age = [&](int64_t time) { return FormatAge(std::chrono::milliseconds(time_ - time)); };
  if (age(newest) == age(oldest)) return fmt::format(" {} old", age(newest));
  return fmt::format(" {} to {} old", age(newest), age(oldest));
}

}  // namespace klaxon::alerts
