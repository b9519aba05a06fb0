#include "agent/model/connect_facts.h"

#include <algorithm>
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

size_t RunningTasks(const ConnectorFacts& connector) {
  return static_cast<size_t>(
      std::ranges::count(connector.tasks, "RUNNING", &ConnectTaskFacts::state));
}

std::string TasksInWords(const ConnectorFacts& connector) {
  const size_t tasks = connector.tasks.size();
  std::string words = std::to_string(RunningTasks(connector)) + "/" + std::to_string(tasks);
  const std::optional<int32_t>& most = connector.config.tasks_max;
  if (most && static_cast<size_t>(*most) != tasks) {
    words += " of " + std::to_string(*most);
  }
  return words;
}

}  // namespace klaxon
