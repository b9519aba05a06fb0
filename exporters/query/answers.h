#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/http/message.h"
#include "agent/promql/query.h"
#include "agent/series/labels.h"

/// Answers in the shapes of Prometheus' API.
namespace klaxon::query_api {

/// A text as JSON has it, quotes included; what is no UTF-8 becomes U+FFFD.
void AppendText(std::string_view text, std::string& json);

/// A value as Prometheus writes it, without quotes: "1e-07", "NaN", "+Inf".
std::string ValueText(double value);

/// The answer to a query at `time` (ms), which an instant vector is of.
http::Response QueryAnswer(const promql::QueryResult& result, int64_t time);

/// A list of label sets.
http::Response SeriesAnswer(const std::vector<series::LabelsRef>& series,
                            const std::vector<std::string>& warnings);

/// A list of names or values.
http::Response ListAnswer(const std::vector<std::string>& list,
                          const std::vector<std::string>& warnings);

/// 400 for what cannot be understood: errorType "bad_data".
http::Response BadData(const Error& error);

/// What went wrong in a query: 422 "execution", or 503 "timeout".
http::Response Failed(const Error& error);

/// 503: there are too many queries already.
http::Response Busy();

}  // namespace klaxon::query_api
