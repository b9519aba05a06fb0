#include "exporters/query/query_api.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "agent/promql/query.h"
#include "exporters/query/answers.h"
#include "exporters/query/parameters.h"

namespace klaxon::query_api {
namespace {

using http::Request;
using http::Response;

/// How far back a series may have ended to be listed: ms.
constexpr int64_t kLookback = 300'000;
constexpr std::string_view kTruncated = "results truncated due to limit";

promql::QueryOptions Options(const QueryLimits& limits, Clock& clock, int64_t timeout) {
  const MonoTime end =
      clock.Now().mono + std::min<Duration>(limits.time, std::chrono::milliseconds(timeout));
  return {.most_samples = limits.samples, .most_held = limits.held, .expired = [&clock, end] {
            return clock.Now().mono >= end;
          }};
}

int64_t Milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

/// Every series that one of the selectors selects, each once.
Result<std::vector<series::LabelsRef>> Listed(const series::Queryable& source,
                                              const std::vector<promql::ExprPtr>& selectors,
                                              int64_t start, int64_t end) {
  std::unordered_set<series::LabelsRef, series::LabelsHash, series::SameLabels> seen;
  std::vector<series::LabelsRef> listed;
  for (const promql::ExprPtr& expr : selectors) {
    const auto& selector = std::get<promql::Selector>(expr->node);
    Result<series::Selected> selected = source.Select(
        {.matchers = selector.matchers, .after = start - kLookback, .until = end, .past = false});
    if (!selected) return selected.error();
    for (const series::SelectedSeries& one : selected->series) {
      if (seen.insert(one.labels).second) listed.push_back(one.labels);
    }
  }
  std::ranges::sort(listed, [](const auto& a, const auto& b) { return *a < *b; });
  return listed;
}

/// A list, no longer than asked for.
Response Limited(const std::set<std::string>& all, size_t limit) {
  std::vector<std::string> list(all.begin(), all.end());
  std::vector<std::string> warnings;
  if (list.size() > limit) {
    list.resize(limit);
    warnings.emplace_back(kTruncated);
  }
  return ListAnswer(list, warnings);
}

}  // namespace

/// A place among the queries that run at once.
class QueryApi::Turn {
 public:
  explicit Turn(QueryApi& api) : api_(api), got_(++api.running_ <= api.limits_.at_once) {}

  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  ~Turn() { --api_.running_; }

  bool got() const { return got_; }

 private:
  QueryApi& api_;
  const bool got_;
};

/// Now, or when the series were sampled last if the wall clock was set back since.
int64_t QueryApi::Now() const {
  return std::max(Milliseconds(clock_.Now().wall.time_since_epoch()), keeper_.newest());
}

Response QueryApi::Query(const Request& request) {
  const Result<int64_t> time = TimeOf(request, "time", Now());
  if (!time) return BadData(time.error());
  const Result<int64_t> timeout = SpanOf(request, "timeout", Milliseconds(limits_.time));
  if (!timeout) return BadData(timeout.error());
  const Result<promql::ExprPtr> expression = ExpressionOf(request, "query");
  if (!expression) return BadData(expression.error());
  const Turn turn(*this);
  if (!turn.got()) return Busy();
  const Result<promql::QueryResult> result = promql::InstantQuery(
      **expression, keeper_.queryable(), *time, Options(limits_, clock_, *timeout));
  return result ? QueryAnswer(*result, *time) : Failed(result.error());
}

Response QueryApi::QueryRange(const Request& request) {
  const Result<int64_t> start = TimeOf(request, "start", Now());
  const Result<int64_t> end = TimeOf(request, "end", Now());
  const Result<int64_t> step = SpanOf(request, "step", 15'000);
  const Result<int64_t> timeout = SpanOf(request, "timeout", Milliseconds(limits_.time));
  for (const Result<int64_t>* const given : {&start, &end, &step, &timeout}) {
    if (!*given) return BadData(given->error());
  }
  if (*end < *start) {
    return BadData({Reason::kInvalid,
                    "invalid parameter \"end\": end timestamp must not be before start time"});
  }
  if (*step <= 0) {
    return BadData({Reason::kInvalid,
                    "invalid parameter \"step\": zero or negative query resolution step widths are "
                    "not accepted. Try a positive integer"});
  }
  if ((*end - *start) / *step > static_cast<int64_t>(limits_.points)) {
    return BadData({Reason::kInvalid,
                    fmt::format("exceeded maximum resolution of {} points per timeseries. Try "
                                "decreasing the query resolution (?step=XX)",
                                limits_.points)});
  }
  const Result<promql::ExprPtr> expression = ExpressionOf(request, "query");
  if (!expression) return BadData(expression.error());
  const promql::ValueType type = (*expression)->type;
  if (type != promql::ValueType::kScalar && type != promql::ValueType::kVector) {
    return BadData({Reason::kInvalid,
                    fmt::format("invalid parameter \"query\": invalid expression type \"{}\" for "
                                "range query, must be Scalar or instant Vector",
                                promql::Name(type))});
  }
  const Turn turn(*this);
  if (!turn.got()) return Busy();
  const Result<promql::QueryResult> result = promql::RangeQuery(
      **expression, keeper_.queryable(), {.start = *start, .end = *end, .step = *step},
      Options(limits_, clock_, *timeout));
  return result ? QueryAnswer(*result, *end) : Failed(result.error());
}

Response QueryApi::Series(const Request& request) const {
  const Result<int64_t> start = TimeOf(request, "start", Now());
  const Result<int64_t> end = TimeOf(request, "end", Now());
  for (const Result<int64_t>* const given : {&start, &end}) {
    if (!*given) return BadData(given->error());
  }
  const Result<size_t> limit = LimitOf(request, limits_.series);
  if (!limit) return BadData(limit.error());
  const Result<std::vector<promql::ExprPtr>> selectors = SelectorsOf(request);
  if (!selectors) return BadData(selectors.error());
  if (selectors->empty()) {
    return BadData({Reason::kInvalid, "no match[] parameter provided"});
  }
  Result<std::vector<series::LabelsRef>> listed =
      Listed(keeper_.queryable(), *selectors, *start, *end);
  if (!listed) return Failed(listed.error());
  std::vector<std::string> warnings;
  if (listed->size() > *limit) {
    listed->resize(*limit);
    warnings.emplace_back(kTruncated);
  }
  return SeriesAnswer(*listed, warnings);
}

Response QueryApi::LabelNames(const Request& request) const {
  const Result<size_t> limit = LimitOf(request, limits_.series);
  if (!limit) return BadData(limit.error());
  const Result<std::vector<promql::ExprPtr>> selectors = SelectorsOf(request);
  if (!selectors) return BadData(selectors.error());
  if (selectors->empty()) return Limited(keeper_.LabelNames(), *limit);
  const Result<std::vector<series::LabelsRef>> listed =
      Listed(keeper_.queryable(), *selectors, Now(), Now());
  if (!listed) return Failed(listed.error());
  std::set<std::string> names;
  for (const series::LabelsRef& labels : *listed) {
    for (const series::Label label : *labels)
      names.emplace(label.name);
  }
  return Limited(names, *limit);
}

Response QueryApi::LabelValues(const Request& request) const {
  constexpr std::string_view kBefore = "/api/v1/label/";
  constexpr std::string_view kAfter = "/values";
  std::string_view name = request.path;
  name.remove_prefix(std::min(kBefore.size(), name.size()));
  if (!name.ends_with(kAfter) || name.size() == kAfter.size()) {
    return http::TextResponse(404, "it is /api/v1/label/NAME/values\n");
  }
  name.remove_suffix(kAfter.size());
  const Result<size_t> limit = LimitOf(request, limits_.series);
  if (!limit) return BadData(limit.error());
  const Result<std::vector<promql::ExprPtr>> selectors = SelectorsOf(request);
  if (!selectors) return BadData(selectors.error());
  if (selectors->empty()) return Limited(keeper_.LabelValues(name), *limit);
  const Result<std::vector<series::LabelsRef>> listed =
      Listed(keeper_.queryable(), *selectors, Now(), Now());
  if (!listed) return Failed(listed.error());
  std::set<std::string> values;
  for (const series::LabelsRef& labels : *listed) {
    if (const std::string_view value = labels->Get(name); !value.empty()) values.emplace(value);
  }
  return Limited(values, *limit);
}

}  // namespace klaxon::query_api
