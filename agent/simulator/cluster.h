#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/base/text.h"
#include "agent/kafka/wire/types.h"
#include "agent/simulator/cluster_spec.h"
#include "agent/simulator/cluster_state.h"
#include "agent/simulator/faults.h"

namespace klaxon::simulator {

/// In place of a broker's id. Ids that do not exist are ignored.
constexpr int32_t kEveryBroker = -1;

/// A Kafka cluster on 127.0.0.1 that speaks the real protocol, over plain text or TLS and with or
/// without a login, each broker on a free port of its own, all served by one thread. All members
/// are thread-safe.
class Cluster {
 public:
  /// Listens from now on. `clock` must outlive it. Error: kUnreachable, no port can be had.
  static Result<std::unique_ptr<Cluster>> Start(const ClusterSpec& spec, Clock& clock);
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;
  ~Cluster();

  const std::string& name() const;

  /// Addresses of all brokers, alive or not, in order of their ids.
  std::vector<HostPort> bootstrap() const;

  /// Kills the broker's process: connections end, its port refuses. The controller fences it after
  /// `timings.session_timeout`: leaders move, in-sync sets shrink, partitions with no other replica
  /// in sync go leaderless.
  void StopBroker(int32_t broker);

  /// The same address answers again; in sync after `timings.rejoin` and `timings.catch_up`.
  void StartBroker(int32_t broker);

  /// From now on, and for connections that are open. kEveryBroker: all of them.
  void SetFaults(int32_t broker, const Faults& faults);

  void ClearFaults() { SetFaults(kEveryBroker, {}); }

  /// The host name in Metadata; the listening socket stays where it is.
  void Advertise(int32_t broker, const std::string& host);

  /// True: controllers cannot agree any more: DescribeQuorum gets no answer and Metadata stays as
  /// it is. (Stopping most voters does the same.)
  void CutQuorum(bool cut);

  /// Changes the state under its lock, after time was advanced: groups' speeds, topics, anything.
  void Change(const std::function<void(ClusterState&)>& change);

  /// A copy of the state, advanced to now: what is true at this moment.
  ClusterState Snapshot() const;

  /// Requests read off connections since the start or the last reset, unknown APIs included.
  std::map<kafka::wire::ApiKey, uint64_t> RequestCounts() const;
  void ResetRequestCounts();

  /// Connections that are open now.
  size_t OpenConnections() const;

  /// How often clients logged in on connections that are open now.
  int Logins() const;

 private:
  class Impl;
  explicit Cluster(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::simulator
