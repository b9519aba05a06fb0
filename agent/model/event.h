#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "agent/base/clock.h"

namespace klaxon {

enum class EventKind {
  kBrokerGone,  ///< no longer part of the cluster
  kBrokerBack,  ///< part of the cluster, and was not in the poll before
  kTopicCreated,
  kTopicDeleted,
  kGroupCreated,
  kGroupDeleted,
  kConnectorCreated,
  kConnectorDeleted,
  kConnectorState,   ///< it, or one of its tasks, went from one state into another
  kConnectorFailed,  ///< the same, into FAILED
  kWorkerJoined,     ///< of the workers' group of a Connect cluster
  kWorkerLeft,
  kRebalanceBegan,  ///< the same group deals out its work anew
  kRebalanceEnded,
  kConnectMoved,     ///< workers' addresses lead to a Connect cluster of another Kafka cluster
  kElectionBegan,    ///< the servers of a ZooKeeper ensemble serve nobody and look for a leader
  kLeaderElected,    ///< of such an ensemble: another one, or the same again
  kZookeeperServer,  ///< a server of it went from one state or mode into another
  kSubjectCreated,
  kSubjectDeleted,  ///< softly, as a whole
  kSubjectGone,     ///< deleted for good
  kSchemaRegistered,
  kSchemaDeleted,  ///< one version, softly
  kSchemaRestored,
  kSchemaGone,  ///< one version, for good
  kCompatibilityChanged,
  kRegistryModeChanged,
  kRegistryLeader,        ///< another node takes the writes
  kRegistryDamaged,       ///< an IntegrityViolation
  kRegistryReplaced,      ///< another registry answers under the same URLs
  kConnectorConfigured,   ///< as its config topic tells, like the next three
  kConnectorTargetState,  ///< paused, resumed or stopped by somebody
  kConnectorTasks,        ///< its tasks were configured anew
  kConnectorRestart,      ///< somebody asked for it
  kRecoveryRestart,       ///< Klaxon sent a restart
  kRecoveryVerdict,       ///< what became of one
  kRecoveryGivenUp,       ///< recovery put a connector into quarantine, or spent its restarts
  kRecoveryHindered,      ///< recovery may act and cannot, or can again
  kRecoveryOrder,         ///< somebody asked recovery for something
};

/// "broker_gone", ...: stable, for APIs.
std::string_view Name(EventKind kind);

/// Something changed. Only differences between two known states make one: nothing is "created"
/// because the agent started, and nothing is "deleted" because somebody did not answer.
struct Event {
  uint64_t sequence = 0;  ///< ascending from 1 at the start of the process
  Instant at{};           ///< when analysis saw it: up to one poll interval after it happened
  EventKind kind = EventKind::kBrokerGone;
  std::string cluster{};
  /// Broker id, topic, group, "connector" or "connector task 3", worker, subject of a registry,
  /// server.
  std::string subject{};
  std::string detail{};  ///< what there is to say besides; one line, of a registry's or a
                         ///< configuration's several
};

/// The newest events, oldest first.
using EventRing = std::deque<Event>;

}  // namespace klaxon
