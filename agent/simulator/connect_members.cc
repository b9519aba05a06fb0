#include "agent/simulator/connect_members.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace klaxon::simulator {
namespace {

constexpr int32_t kInstance = -1;

using Loads = std::map<std::string, std::map<std::string, std::vector<int32_t>>>;

Loads LoadsOf(const ConnectState& connect) {
  Loads loads;
  for (const Connector& connector : connect.connectors) {
    loads[connector.worker_id][connector.name].push_back(kInstance);
    for (const ConnectTask& task : connector.tasks) {
      loads[task.worker_id][connector.name].push_back(task.id);
    }
  }
  loads.erase("");
  return loads;
}

}  // namespace

void JoinWorkers(const ConnectState& connect, ClusterState& cluster, std::string_view group) {
  Group* found = FindGroup(cluster, group);
  if (found == nullptr || found->kind != GroupKind::kConnect) {
    return;
  }
  found->workers.clear();
  for (const auto& [worker, load] : LoadsOf(connect)) {
    found->workers.push_back({.worker_id = worker, .work = {load.begin(), load.end()}});
  }
  found->members = std::max(1, static_cast<int>(found->workers.size()));
}

}  // namespace klaxon::simulator
