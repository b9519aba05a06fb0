#include "agent/app/own_rows.h"

#include <vector>

#include "agent/base/duration.h"
#include "agent/metrics/notifications.h"
#include "agent/metrics/own_counters.h"

namespace klaxon::app {

void EmitTraffic(const TrafficBook& book, metrics::MetricWriter& writer) {
  std::vector<metrics::RequestRow> requests;
  std::vector<metrics::TrafficRow> traffic;
  for (const auto& [cluster, totals] : book.Totals()) {
    for (const auto& [api, count] : totals.requests) {
      requests.push_back({cluster, Name(api), count.answered, count.failed});
    }
    traffic.push_back({cluster, totals.bytes_received, totals.connections_opened});
  }
  metrics::EmitTraffic(requests, traffic, writer);
}

void EmitNotifier(const notify::Report& report, WallTime now, metrics::MetricWriter& writer) {
  std::vector<metrics::NotificationRow> rows;
  for (const notify::SenderReport& sender : report.senders) {
    rows.push_back({.integration = sender.kind,
                    .receiver = sender.id,
                    .attempts = sender.sent + sender.failed,
                    .failed = sender.failed,
                    .waiting = sender.waiting,
                    .oldest_seconds = sender.waiting == 0 ? 0 : Seconds(now - sender.oldest)});
  }
  metrics::EmitNotifications(rows, report.durable, writer);
}

}  // namespace klaxon::app
