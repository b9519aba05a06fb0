#include "agent/model/event.h"

#include <cstdlib>

namespace klaxon {

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
  }
  std::abort();
}

}  // namespace klaxon
