#pragma once

#include "agent/app/traffic_book.h"
#include "agent/base/clock.h"
#include "agent/metrics/writer.h"
#include "alerts/notify/notifier.h"

/// What parts of the agent report, as rows of its own metrics.
namespace klaxon::app {

void EmitTraffic(const TrafficBook& book, metrics::MetricWriter& writer);

void EmitNotifier(const notify::Report& report, WallTime now, metrics::MetricWriter& writer);

}  // namespace klaxon::app
