#include "exporters/prometheus/server_metrics.h"

#include <array>
#include <string>

namespace klaxon::prometheus_page {
namespace {

using metrics::MetricInfo;
using metrics::MetricType;

constexpr std::string_view kServer = "Klaxon itself";
constexpr std::array<std::string_view, 2> kPathCode{"path", "code"};
constexpr std::array<std::string_view, 1> kCause{"cause"};

constexpr MetricInfo kAnswers{.name = "klaxon_http_responses_total",
                              .help = "Answers of the HTTP server, by route and class of status",
                              .type = MetricType::kCounter,
                              .labels = kPathCode,
                              .source = kServer};
constexpr MetricInfo kRejected{
    .name = "klaxon_http_rejected_total",
    .help = "Requests and connections that no handler answered, by cause",
    .type = MetricType::kCounter,
    .labels = kCause,
    .source = kServer};
constexpr MetricInfo kFailures{.name = "klaxon_http_handler_failures_total",
                               .help = "Handlers that threw; each is a defect of Klaxon",
                               .type = MetricType::kCounter,
                               .source = kServer};
constexpr MetricInfo kSent{.name = "klaxon_http_sent_bytes_total",
                           .help = "Bytes that the HTTP server sent",
                           .type = MetricType::kCounter,
                           .unit = "bytes",
                           .source = kServer};
constexpr MetricInfo kConnections{.name = "klaxon_http_connections_total",
                                  .help = "Connections that the HTTP server accepted",
                                  .type = MetricType::kCounter,
                                  .source = kServer};
constexpr MetricInfo kOpen{.name = "klaxon_http_open_connections",
                           .help = "Connections of the HTTP server that are open",
                           .source = kServer};
constexpr std::array kServerInfos{kAnswers, kRejected, kFailures, kSent, kConnections, kOpen};

void EmitOne(const MetricInfo& info, double value, metrics::MetricWriter& writer) {
  writer.BeginFamily(info);
  writer.Sample({}, value);
}

}  // namespace

void EmitServer(const http::ServerStats& stats, metrics::MetricWriter& writer) {
  constexpr std::array<std::string_view, 6> kClasses{"0xx", "1xx", "2xx", "3xx", "4xx", "5xx"};
  writer.BeginFamily(kAnswers);
  for (const auto& [path, counts] : stats.answers) {
    for (size_t i = 2; i < counts.size(); ++i) {  // the server sends no others
      const std::array<std::string_view, 2> values{path, kClasses[i]};
      writer.Sample(values, static_cast<double>(counts[i]));
    }
  }
  writer.BeginFamily(kRejected);
  for (size_t i = 0; i < stats.rejected.size(); ++i) {
    const std::string_view cause = Name(static_cast<http::Rejection>(i));
    writer.Sample({&cause, 1}, static_cast<double>(stats.rejected[i]));
  }
  EmitOne(kFailures, static_cast<double>(stats.handler_failures), writer);
  EmitOne(kSent, static_cast<double>(stats.sent_bytes), writer);
  EmitOne(kConnections, static_cast<double>(stats.connections), writer);
  EmitOne(kOpen, static_cast<double>(stats.open_connections), writer);
}

std::span<const MetricInfo> ServerInfos() {
  return kServerInfos;
}

}  // namespace klaxon::prometheus_page
