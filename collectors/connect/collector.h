#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/connect/client.h"
#include "agent/model/connect_facts.h"
#include "agent/model/entity.h"
#include "collectors/collector.h"
#include "collectors/connect/config.h"

namespace klaxon::connect_collector {

/// Reads one Kafka Connect cluster: its connectors and tasks with their states, as ConnectFacts.
///
/// Three requests a poll to one worker: the one that answered last, else the next that does. Any
/// worker knows the whole cluster.
class ConnectCollector final : public Collector {
 public:
  /// `http` outlives it.
  ConnectCollector(Config config, http::HttpClient& http);

  /// Facts are null until a worker answered for the first time.
  Reading Poll(const PollContext& context) override;

 private:
  struct Telling;  // what one worker told

  Telling Ask(const connect::ConnectClient& worker, const PollContext& context) const;
  static void TakeInfo(const connect::ConnectClient& worker, const Telling& telling,
                       ConnectFacts& facts, Duration good_for);
  static void TakeWorker(const Telling& telling, Duration good_for, ConnectWorkerFacts& worker);
  /// Moves the connectors into the facts; tells why one was left out.
  std::optional<Error> TakeConnectors(const connect::ConnectClient& worker, Telling& telling,
                                      ConnectFacts& facts, Duration good_for);
  void Publish(std::shared_ptr<ConnectFacts> facts, Reading& reading);

  const Config config_;
  std::vector<connect::ConnectClient> workers_{};
  size_t next_ = 0;         // the worker to ask first
  EntityTable entities_{};  // of connectors
  EntityTable worker_entities_{};
  std::shared_ptr<const ConnectFacts> facts_{};  // of the poll before; null at first
};

}  // namespace klaxon::connect_collector
