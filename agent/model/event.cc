#include "agent/model/event.h"

#include <cstdlib>

namespace klaxon {

// NOLINTNEXTLINE(readability-function-size): a table
std::string_view Name(EventKind kind) {
  switch (kind) {
    case EventKind::kBrokerGone:
      return "broker_gone";
    case EventKind::kBrokerBack:
      return "broker_back";
    case EventKind::kTopicCreated:
      return "topic_created";
    case EventKind::kTopicDeleted:
      return "topic_deleted";
    case EventKind::kGroupCreated:
      return "group_created";
    case EventKind::kGroupDeleted:
      return "group_deleted";
    case EventKind::kConnectorCreated:
      return "connector_created";
    case EventKind::kConnectorDeleted:
      return "connector_deleted";
    case EventKind::kConnectorState:
      return "connector_state";
    case EventKind::kConnectorFailed:
      return "connector_failed";
    case EventKind::kWorkerJoined:
      return "worker_joined";
    case EventKind::kWorkerLeft:
      return "worker_left";
    case EventKind::kRebalanceBegan:
      return "rebalance_began";
    case EventKind::kRebalanceEnded:
      return "rebalance_ended";
    case EventKind::kConnectMoved:
      return "connect_moved";
    case EventKind::kElectionBegan:
      return "zookeeper_election_began";
    case EventKind::kLeaderElected:
      return "zookeeper_leader_elected";
    case EventKind::kZookeeperServer:
      return "zookeeper_server_changed";
    case EventKind::kSubjectCreated:
      return "subject_created";
    case EventKind::kSubjectDeleted:
      return "subject_deleted";
    case EventKind::kSubjectGone:
      return "subject_gone";
    case EventKind::kSchemaRegistered:
      return "schema_registered";
    case EventKind::kSchemaDeleted:
      return "schema_deleted";
    case EventKind::kSchemaRestored:
      return "schema_restored";
    case EventKind::kSchemaGone:
      return "schema_gone";
    case EventKind::kCompatibilityChanged:
      return "compatibility_changed";
    case EventKind::kRegistryModeChanged:
      return "registry_mode_changed";
    case EventKind::kRegistryLeader:
      return "registry_leader_changed";
    case EventKind::kRegistryDamaged:
      return "registry_damaged";
    case EventKind::kRegistryReplaced:
      return "registry_replaced";
    case EventKind::kConnectorConfigured:
      return "connector_configured";
    case EventKind::kConnectorTargetState:
      return "connector_target_state";
    case EventKind::kConnectorTasks:
      return "connector_tasks";
    case EventKind::kConnectorRestart:
      return "connector_restart";
    case EventKind::kRecoveryRestart:
      return "recovery_restart";
    case EventKind::kRecoveryVerdict:
      return "recovery_verdict";
    case EventKind::kRecoveryGivenUp:
      return "recovery_given_up";
    case EventKind::kRecoveryHindered:
      return "recovery_hindered";
    case EventKind::kRecoveryOrder:
      return "recovery_order";
  }
  std::abort();
}

}  // namespace klaxon
