#include "agent/model/zookeeper_facts.h"

#include <cstdlib>

namespace klaxon {

std::string_view Name(ZookeeperState state) {
  switch (state) {
    case ZookeeperState::kUnknown:
      return "unknown";
    case ZookeeperState::kServing:
      return "serving";
    case ZookeeperState::kNotServing:
      return "not_serving";
    case ZookeeperState::kUnreachable:
      return "unreachable";
  }
  std::abort();
}

std::string_view Name(MigrationState state) {
  switch (state) {
    case MigrationState::kNone:
      return "none";
    case MigrationState::kPrepared:
      return "prepared";
    case MigrationState::kDualWrite:
      return "dual_write";
    case MigrationState::kBrokersGone:
      return "brokers_gone";
  }
  std::abort();
}

MigrationState MigrationOf(const ZookeeperKafka& kafka) {
  if (!kafka.kraft) {
    return kafka.migration_written ? MigrationState::kPrepared : MigrationState::kNone;
  }
  return kafka.brokers.empty() ? MigrationState::kBrokersGone : MigrationState::kDualWrite;
}

}  // namespace klaxon
