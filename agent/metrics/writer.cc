#include "agent/metrics/writer.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace klaxon::metrics {
namespace {

/// Keeps what is unknown and lets everything else pass.
class UnknownCollector final : public MetricWriter {
 public:
  void BeginFamily(const MetricInfo& info) override { info_ = info; }

  void Sample(LabelValues /*values*/, double /*value*/) override {}

  void Unknown(LabelValues first_values, const AnswerRef& /*answer*/) override {
    UnknownScope scope{.metric = info_.name, .labels = {}};
    const size_t count = std::min(first_values.size(), info_.labels.size());
    for (size_t i = 0; i < count; ++i) {
      scope.labels.emplace_back(info_.labels[i], first_values[i]);
    }
    if (scopes_.empty() || scopes_.back() != scope) {
      scopes_.push_back(std::move(scope));
    }
  }

  std::vector<UnknownScope> Take() { return std::move(scopes_); }

 private:
  MetricInfo info_{};
  std::vector<UnknownScope> scopes_{};
};

}  // namespace

std::string_view Name(MetricType type) {
  switch (type) {
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kCounter:
      return "counter";
  }
  std::abort();
}

void Emit(Table table, const View& view, MetricWriter& writer) {
  Emitter emitter(writer, view.now);
  for (const Metric& metric : table) {
    writer.BeginFamily(metric.info);
    metric.emit(view, emitter);
  }
}

std::span<const Table> AllTables() {
  static const std::array kAll{KafkaTable(),          ConnectTable(),   RecoveryTable(),
                               SchemaRegistryTable(), RestProxyTable(), ZookeeperTable(),
                               RecordSamplesTable(),  PlatformTable(),  AgentTable()};
  return kAll;
}

std::vector<UnknownScope> UnknownScopes(std::span<const Table> tables, const View& view) {
  UnknownCollector collector;
  for (const Table& table : tables) {
    Emit(table, view, collector);
  }
  return collector.Take();
}

}  // namespace klaxon::metrics
