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

}  // namespace klaxon
