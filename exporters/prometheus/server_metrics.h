#pragma once

#include <span>

#include "agent/http/server.h"
#include "agent/metrics/writer.h"

namespace klaxon::prometheus_page {

/// What the HTTP server counted, as `klaxon_http_*`.
void EmitServer(const http::ServerStats& stats, metrics::MetricWriter& writer);

std::span<const metrics::MetricInfo> ServerInfos();

}  // namespace klaxon::prometheus_page
