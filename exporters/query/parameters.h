#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/http/message.h"
#include "agent/promql/ast.h"

/// What Prometheus' API takes in its query string. Errors are in its words.
namespace klaxon::query_api {

/// `name` as ms since 1970: Unix seconds with a fraction, or RFC 3339. `fallback` if it is not
/// there.
Result<int64_t> TimeOf(const http::Request& request, std::string_view name, int64_t fallback);

/// `name` as ms: seconds with a fraction, or a duration such as 1m30s. `fallback` if not there.
Result<int64_t> SpanOf(const http::Request& request, std::string_view name, int64_t fallback);

/// `limit`; 0 or missing: `most`.
Result<size_t> LimitOf(const http::Request& request, size_t most);

/// The expression in `name`.
Result<promql::ExprPtr> ExpressionOf(const http::Request& request, std::string_view name);

/// At most so many match[]: each may go through all series.
inline constexpr size_t kMostSelectors = 20;

/// Every match[].
Result<std::vector<promql::ExprPtr>> SelectorsOf(const http::Request& request);

}  // namespace klaxon::query_api
