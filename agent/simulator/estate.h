#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/simulator/cluster.h"
#include "agent/simulator/cluster_spec.h"

namespace klaxon::simulator {

struct EstateOptions {
  std::vector<ClusterSpec> clusters = {ShopCluster()};
  bool connect = true;     ///< a Kafka Connect cluster of two workers beside them
  bool registry = true;    ///< a schema registry beside them
  bool rest_proxy = true;  ///< a REST proxy in front of the first cluster
  /// Connectors whose first task has failed, until it is restarted.
  std::vector<std::string> failed{};
  bool incidents = true;  ///< things break and heal by themselves, in the first cluster and Connect
};

/// Clusters, Connect workers, a schema registry and a REST proxy on loopback: what `klaxon demo`
/// watches. Threads are its own.
class Estate {
 public:
  /// `clock` must outlive it. Error: kUnreachable when no port can be had.
  static Result<std::unique_ptr<Estate>> Start(const EstateOptions& options, Clock& clock);
  Estate(const Estate&) = delete;
  Estate& operator=(const Estate&) = delete;
  ~Estate();

  const std::vector<std::unique_ptr<Cluster>>& clusters() const;

  /// "http://127.0.0.1:PORT,http://127.0.0.1:PORT"; empty without Connect.
  const std::string& connect_url() const;

  /// "http://127.0.0.1:PORT"; empty without a schema registry.
  const std::string& registry_url() const;

  /// The same of the REST proxy.
  const std::string& rest_proxy_url() const;

 private:
  class Impl;
  explicit Estate(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::simulator
