#include "exporters/query/parameters.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/rfc3339.h"
#include "agent/base/text.h"
#include "agent/promql/parser.h"

namespace klaxon::query_api {
namespace {

/// Years beyond this are no times that anybody means: ms.
constexpr double kLatest = 1e14;

Error Invalid(std::string_view name, std::string_view why) {
  return {Reason::kInvalid, fmt::format("invalid parameter \"{}\": {}", name, why)};
}

std::optional<double> Number(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || at != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

}  // namespace

Result<int64_t> TimeOf(const http::Request& request, std::string_view name, int64_t fallback) {
  const std::string* const text = request.Query(name);
  if (text == nullptr || text->empty()) return fallback;
  if (const std::optional<double> seconds = Number(*text)) {
    if (std::abs(*seconds * 1000) < kLatest) return std::llround(*seconds * 1000);
  } else if (const std::optional<int64_t> time = MillisecondsOfRfc3339(*text)) {
    return *time;
  }
  return Invalid(name, fmt::format("cannot parse \"{}\" to a valid timestamp", Printable(*text)));
}

Result<int64_t> SpanOf(const http::Request& request, std::string_view name, int64_t fallback) {
  const std::string* const text = request.Query(name);
  if (text == nullptr || text->empty()) return fallback;
  if (const std::optional<double> seconds = Number(*text)) {
    if (std::abs(*seconds * 1000) < kLatest) return std::llround(*seconds * 1000);
  } else if (const Result<Duration> duration = ParseDuration(*text)) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(*duration).count();
  }
  return Invalid(name, fmt::format("cannot parse \"{}\" to a valid duration", Printable(*text)));
}

Result<size_t> LimitOf(const http::Request& request, size_t most) {
  const std::string* const text = request.Query("limit");
  if (text == nullptr || text->empty()) return most;
  size_t limit = 0;
  const auto [at, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (error != std::errc() || at != text->data() + text->size()) {
    return Invalid("limit", "limit must be a number of 0 or more");
  }
  return limit == 0 ? most : std::min(limit, most);
}

Result<promql::ExprPtr> ExpressionOf(const http::Request& request, std::string_view name) {
  const std::string* const text = request.Query(name);
  promql::Parsed parsed = promql::Parse(text == nullptr ? std::string_view() : *text);
  if (parsed.expression == nullptr) {
    return Invalid(name, parsed.mistake ? ToString(*parsed.mistake) : "no expression");
  }
  return std::move(parsed.expression);
}

Result<std::vector<promql::ExprPtr>> SelectorsOf(const http::Request& request) {
  std::vector<promql::ExprPtr> selectors;
  for (const auto& [name, value] : request.query) {
    if (name != "match[]") continue;
    if (selectors.size() == kMostSelectors) {
      return Invalid(name, fmt::format("more than {} of them", kMostSelectors));
    }
    promql::Parsed parsed = promql::Parse(value);
    if (parsed.expression == nullptr) {
      return Invalid(name, parsed.mistake ? ToString(*parsed.mistake) : "no selector");
    }
    const auto* const selector = std::get_if<promql::Selector>(&parsed.expression->node);
    if (selector == nullptr || selector->range != 0) {
      return Invalid(name, fmt::format("\"{}\" is no series selector", Printable(value)));
    }
    selectors.push_back(std::move(parsed.expression));
  }
  return selectors;
}

}  // namespace klaxon::query_api
