#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "agent/model/connect_facts.h"
#include "agent/model/entity.h"
#include "collectors/collector.h"
#include "collectors/connect/config.h"
#include "collectors/connect/identity.h"
#include "collectors/connect/rare.h"
#include "collectors/connect/worker.h"

namespace klaxon::connect_collector {

/// Reads one Kafka Connect cluster: its workers, connectors and tasks with their states, as
/// ConnectFacts.
///
/// Every worker is asked whether it lives, side by side; one of them lists the connectors: the one
/// that did so last, else the next that can. Any worker knows the whole cluster.
class ConnectCollector final : public Collector {
 public:
  /// `http` outlives it.
  ConnectCollector(Config config, http::HttpClient& http);

  /// The facts hold all workers from the first poll on, also those that never answered.
  Reading Poll(const PollContext& context) override;

 private:
  std::vector<Telling> AskAll(const PollContext& context);
  void TakeWorkers(const std::vector<Telling>& tellings, Duration good_for, Reading& reading);
  std::optional<size_t> FindList(std::vector<Telling>& tellings, const PollContext& context,
                                 Reading& reading);
  void Fail(const Error& error);
  bool TakeIdentity(const std::vector<Telling>& tellings, Reading& reading);
  void TakeRoot(const std::vector<Telling>& tellings, std::optional<size_t> listed,
                Duration good_for);
  void TakeList(size_t which, std::vector<Telling>& tellings, const PollContext& context,
                Reading& reading);
  void TakeConnectors(std::vector<connect::NamedConnector> connectors, const Instant& now,
                      Reading& reading);
  ConnectorFacts Complete(connect::NamedConnector connector, const Instant& now);
  void TakeComparison(const std::vector<Telling>& tellings, Duration good_for);
  void TakeHealth(const PollContext& context);
  void Publish(Reading& reading);

  const Config config_;
  std::vector<std::unique_ptr<Worker>> workers_{};
  size_t next_ = 0;  // the worker that lists
  ClusterIdentity identity_{};
  EntityTable entities_{};  // of connectors
  EntityTable worker_entities_{};
  std::shared_ptr<const ConnectFacts> facts_{};  // of the poll before; null at first
  std::shared_ptr<ConnectFacts> draft_{};        // of the poll that runs
  RareQuestions rare_;                           // last: it asks workers
};

}  // namespace klaxon::connect_collector
