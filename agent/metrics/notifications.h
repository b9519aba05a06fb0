#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "agent/metrics/writer.h"

namespace klaxon::metrics {

/// How telling one receiver of alerts goes. Counts are since the start.
struct NotificationRow {
  std::string integration{};  ///< its kind, as Alertmanager's metrics have it: "slack"
  std::string receiver{};     ///< which: "ops/slack[0]"
  uint64_t attempts = 0;
  uint64_t failed = 0;        ///< attempts that were not accepted
  uint64_t waiting = 0;       ///< messages in the outbox
  double oldest_seconds = 0;  ///< the age of the oldest of them; 0: there is none
};

/// `klaxon_notifications_*` and `klaxon_outbox_*`. `durable`: what waits is on the disk.
void EmitNotifications(std::span<const NotificationRow> rows, bool durable, MetricWriter& writer);

/// What this file emits.
std::span<const MetricInfo> NotificationInfos();

}  // namespace klaxon::metrics
