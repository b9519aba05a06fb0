#include "agent/model/connect_facts.h"

#include <cstdlib>

namespace klaxon {

std::string_view Name(ConnectIntent intent) {
  switch (intent) {
    case ConnectIntent::kUnknown:
      return "unknown";
    case ConnectIntent::kRunning:
      return "running";
    case ConnectIntent::kPaused:
      return "paused";
    case ConnectIntent::kStopped:
      return "stopped";
  }
  std::abort();
}

std::string_view Name(ConnectHealth health) {
  switch (health) {
    case ConnectHealth::kUnknown:
      return "unknown";
    case ConnectHealth::kHealthy:
      return "healthy";
    case ConnectHealth::kStarting:
      return "starting";
    case ConnectHealth::kUnhealthy:
      return "unhealthy";
  }
  std::abort();
}

}  // namespace klaxon
