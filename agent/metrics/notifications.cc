#include "agent/metrics/notifications.h"

#include <array>
#include <string_view>

namespace klaxon::metrics {
namespace {

constexpr std::string_view kNotifier = "Klaxon itself";
constexpr std::array<std::string_view, 2> kReceiverLabels{"integration", "receiver"};

constexpr MetricInfo kAttempts{.name = "klaxon_notifications_total",
                               .help = "Attempts to tell a receiver of alerts",
                               .type = MetricType::kCounter,
                               .labels = kReceiverLabels,
                               .source = kNotifier};
constexpr MetricInfo kFailed{.name = "klaxon_notifications_failed_total",
                             .help = "Attempts to tell a receiver that it did not accept",
                             .type = MetricType::kCounter,
                             .labels = kReceiverLabels,
                             .source = kNotifier};
constexpr MetricInfo kWaiting{.name = "klaxon_outbox_messages",
                              .help = "Groups of alerts that a receiver has to be told of",
                              .labels = kReceiverLabels,
                              .source = kNotifier};
constexpr MetricInfo kOldest{
    .name = "klaxon_outbox_oldest_age_seconds",
    .help = "How long the oldest message of a receiver has waited; 0 if none waits",
    .unit = "seconds",
    .labels = kReceiverLabels,
    .source = kNotifier};
constexpr MetricInfo kDurable{
    .name = "klaxon_outbox_durable",
    .help = "1 if what receivers must be told is on the disk, 0 if it is lost with the process",
    .source = kNotifier};
constexpr std::array kNotificationInfos{kAttempts, kFailed, kWaiting, kOldest, kDurable};

template <class ValueOf>
void EmitRows(const MetricInfo& info, std::span<const NotificationRow> rows, MetricWriter& writer,
              ValueOf value_of) {
  writer.BeginFamily(info);
  for (const NotificationRow& row : rows) {
    const std::array<std::string_view, 2> values{row.integration, row.receiver};
    writer.Sample(values, static_cast<double>(value_of(row)));
  }
}

}  // namespace

void EmitNotifications(std::span<const NotificationRow> rows, bool durable, MetricWriter& writer) {
  using Row = NotificationRow;
  EmitRows(kAttempts, rows, writer, [](const Row& row) { return row.attempts; });
  EmitRows(kFailed, rows, writer, [](const Row& row) { return row.failed; });
  EmitRows(kWaiting, rows, writer, [](const Row& row) { return row.waiting; });
  EmitRows(kOldest, rows, writer, [](const Row& row) { return row.oldest_seconds; });
  writer.BeginFamily(kDurable);
  writer.Sample({}, durable ? 1 : 0);
}

std::span<const MetricInfo> NotificationInfos() {
  return kNotificationInfos;
}

}  // namespace klaxon::metrics
