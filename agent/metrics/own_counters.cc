#include "agent/metrics/own_counters.h"

#include <array>
#include <string_view>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include "agent/base/duration.h"
#include "agent/metrics/own.h"

namespace klaxon::metrics {
namespace {

constexpr std::string_view kSelf = "Klaxon itself";
constexpr std::array<std::string_view, 1> kResult{"result"};
constexpr std::array<std::string_view, 3> kClusterApiOutcome{"cluster", "api", "outcome"};
constexpr std::array<std::string_view, 1> kCluster{"cluster"};

enum Row : size_t {
  kReloads,
  kReloadSucceeded,
  kReloadTime,
  kWebSucceeded,
  kRequests,
  kReceived,
  kOpened,
  kRows
};

constexpr std::array<MetricInfo, kRows> kInfos{{
    {.name = "klaxon_config_reloads_total",
     .help = "Attempts to reload the configuration, by result",
     .type = MetricType::kCounter,
     .labels = kResult,
     .source = kSelf},
    {.name = "klaxon_config_last_reload_successful",
     .help = "1 if the newest attempt to load the configuration succeeded, 0 if the one before it "
             "still runs",
     .source = kSelf},
    {.name = "klaxon_config_last_reload_success_timestamp_seconds",
     .help = "Unix time at which the running configuration was loaded",
     .unit = "seconds",
     .source = kSelf},
    {.name = "klaxon_web_config_last_reload_successful",
     .help = "1 if the web configuration file and its certificates are in force as they are, 0 if "
             "they were changed to something wrong and older ones are in force",
     .source = kSelf},
    {.name = "klaxon_kafka_requests_total",
     .help = "Requests that Klaxon made to the brokers of a cluster, by API and outcome",
     .type = MetricType::kCounter,
     .labels = kClusterApiOutcome,
     .source = kSelf},
    {.name = "klaxon_kafka_received_bytes_total",
     .help = "Bytes that Klaxon received from the brokers of a cluster",
     .type = MetricType::kCounter,
     .unit = "bytes",
     .labels = kCluster,
     .source = kSelf},
    {.name = "klaxon_kafka_connections_opened_total",
     .help = "Connections that Klaxon opened to the brokers of a cluster",
     .type = MetricType::kCounter,
     .labels = kCluster,
     .source = kSelf},
}};

prometheus::Gauge& MakeGauge(prometheus::Registry& registry, Row row) {
  return prometheus::BuildGauge()
      .Name(std::string(kInfos[row].name))
      .Help(std::string(kInfos[row].help))
      .Register(registry)
      .Add({});
}

prometheus::Counter& MakeReloads(prometheus::Registry& registry, const char* result) {
  return prometheus::BuildCounter()
      .Name(std::string(kInfos[kReloads].name))
      .Help(std::string(kInfos[kReloads].help))
      .Register(registry)
      .Add({{"result", result}});
}

void Write(MetricWriter& writer, std::initializer_list<std::string_view> labels, uint64_t value) {
  writer.Sample({labels.begin(), labels.size()}, static_cast<double>(value));
}

}  // namespace

class OwnCounters::Impl {
 public:
  // Registering a family that is there already gives the one that is there.
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  prometheus::Counter& succeeded = MakeReloads(registry, "succeeded");
  prometheus::Counter& failed = MakeReloads(registry, "failed");
  prometheus::Gauge& last_succeeded = MakeGauge(registry, kReloadSucceeded);
  prometheus::Gauge& web_succeeded = MakeGauge(registry, kWebSucceeded);
  prometheus::Gauge& loaded_at = MakeGauge(registry, kReloadTime);
};

OwnCounters::OwnCounters(const Instant& now) : impl_(std::make_unique<Impl>()) {
  impl_->last_succeeded.Set(1);
  impl_->web_succeeded.Set(1);
  impl_->loaded_at.Set(UnixSeconds(now.wall));
}

OwnCounters::~OwnCounters() = default;

void OwnCounters::ReloadSucceeded(const Instant& now) {
  impl_->succeeded.Increment();
  impl_->last_succeeded.Set(1);
  impl_->loaded_at.Set(UnixSeconds(now.wall));
}

void OwnCounters::ReloadFailed() {
  impl_->failed.Increment();
  impl_->last_succeeded.Set(0);
}

void OwnCounters::WebConfigIs(bool in_force) {
  impl_->web_succeeded.Set(in_force ? 1 : 0);
}

void OwnCounters::Emit(MetricWriter& writer) const {
  Replay(impl_->registry, writer);
}

void EmitTraffic(std::span<const RequestRow> requests, std::span<const TrafficRow> traffic,
                 MetricWriter& writer) {
  writer.BeginFamily(kInfos[kRequests]);
  for (const RequestRow& row : requests) {
    Write(writer, {row.cluster, row.api, "answered"}, row.answered);
    Write(writer, {row.cluster, row.api, "failed"}, row.failed);
  }
  writer.BeginFamily(kInfos[kReceived]);
  for (const TrafficRow& row : traffic) {
    Write(writer, {row.cluster}, row.received_bytes);
  }
  writer.BeginFamily(kInfos[kOpened]);
  for (const TrafficRow& row : traffic) {
    Write(writer, {row.cluster}, row.connections_opened);
  }
}

std::span<const MetricInfo> CounterInfos() {
  return kInfos;
}

}  // namespace klaxon::metrics
