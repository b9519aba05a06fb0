#include "agent/simulator/connect_cluster.h"

#include <utility>

namespace klaxon::simulator {

Result<std::unique_ptr<ConnectCluster>> ConnectCluster::Start(const ConnectState& state,
                                                              size_t workers) {
  auto cluster = std::make_unique<ConnectCluster>();
  for (size_t i = 0; i < workers; ++i) {
    Result<std::unique_ptr<ConnectWorker>> worker = ConnectWorker::Start(state);
    if (!worker) {
      return worker.error();
    }
    cluster->workers_.push_back(*std::move(worker));
  }
  return cluster;
}

std::string ConnectCluster::urls() const {
  std::string urls;
  for (const std::unique_ptr<ConnectWorker>& worker : workers_) {
    urls += (urls.empty() ? "" : ",") + worker->url();
  }
  return urls;
}

void ConnectCluster::Change(const std::function<void(ConnectState&)>& change) {
  for (const std::unique_ptr<ConnectWorker>& worker : workers_) {
    worker->Change(change);
  }
}

}  // namespace klaxon::simulator
