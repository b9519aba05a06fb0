#include "agent/model/connect_configs.h"

#include <cstdlib>

namespace klaxon {

std::string_view Name(ConnectChangeKind kind) {
  switch (kind) {
    case ConnectChangeKind::kCreated:
      return "created";
    case ConnectChangeKind::kConfigured:
      return "configured";
    case ConnectChangeKind::kDeleted:
      return "deleted";
    case ConnectChangeKind::kTargetState:
      return "target_state";
    case ConnectChangeKind::kTasks:
      return "tasks";
    case ConnectChangeKind::kRestart:
      return "restart";
  }
  std::abort();
}

}  // namespace klaxon
