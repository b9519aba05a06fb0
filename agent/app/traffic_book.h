#pragma once

#include <map>
#include <memory>
#include <string>

#include "agent/base/mutex.h"
#include "agent/kafka/cluster_client.h"
#include "agent/kafka/wire/client.h"

namespace klaxon::app {

/// Adds up what the wire clients of each cluster sent and received, over reloads too: counters must
/// not fall when a client is replaced. Thread-safe; must outlive the clients it hands out.
class TrafficBook {
 public:
  /// A client that is counted under its `options.cluster`.
  std::unique_ptr<kafka::ClusterClient> MakeClient(const kafka::wire::ClientOptions& options,
                                                   Clock& clock);

  /// By cluster, since the start of the process.
  std::map<std::string, kafka::wire::Traffic> Totals() const;

 private:
  class CountedClient;

  void Enter(const CountedClient* client);
  void Leave(const CountedClient* client);

  mutable Mutex mutex_;
  std::map<const CountedClient*, std::string> open_ KLAXON_GUARDED_BY(mutex_);
  std::map<std::string, kafka::wire::Traffic> closed_ KLAXON_GUARDED_BY(mutex_);
};

}  // namespace klaxon::app
