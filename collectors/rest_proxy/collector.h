#pragma once

#include <memory>
#include <vector>

#include "agent/model/entity.h"
#include "agent/model/rest_proxy_facts.h"
#include "collectors/collector.h"
#include "collectors/rest_proxy/config.h"
#include "collectors/rest_proxy/node.h"

namespace klaxon::rest_proxy_collector {

/// Reads the nodes of one REST proxy as RestProxyFacts.
///
/// All nodes are asked side by side, each on a thread of its own: one that hangs, as Karapace's
/// does when its brokers are gone, costs the others nothing.
class RestProxyCollector final : public Collector {
 public:
  /// `http` outlives it.
  RestProxyCollector(Config config, http::HttpClient& http);

  /// The facts hold all nodes from the first poll on, also those that never answered.
  Reading Poll(const PollContext& context) override;

 private:
  std::vector<Telling> AskAll(const PollContext& context);
  void Publish(std::shared_ptr<RestProxyFacts> facts, Reading& reading);

  const Config config_;
  std::vector<Node> nodes_{};
  EntityTable entities_{};
  std::shared_ptr<const RestProxyFacts> facts_{};  // of the poll before; null at first
};

}  // namespace klaxon::rest_proxy_collector
