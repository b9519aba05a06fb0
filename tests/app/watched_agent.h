#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/app/agent.h"
#include "agent/http/client.h"
#include "agent/simulator/cluster.h"
#include "agent/simulator/cluster_spec.h"

namespace klaxon::app {

inline constexpr std::chrono::seconds kPatience{60};  // sanitizers on a busy machine

/// A whole agent against a simulated cluster, and what a user of it can do.
class WatchedAgent {
 public:
  void Start(const AgentConfig& config) {
    Result<std::unique_ptr<Agent>> agent = Agent::Start(config, clock_);
    REQUIRE(agent);
    agent_ = std::move(*agent);
  }

  void Stop() { agent_.reset(); }

  /// Polls the cluster "main", listens on a free port.
  AgentConfig Config(const std::string& interval = "1s",
                     std::vector<std::string> connect = {}) const {
    std::string bootstrap;
    for (const HostPort& address : cluster_->bootstrap()) {
      bootstrap += (bootstrap.empty() ? "" : ",") + ToString(address);
    }
    AgentConfig config = ConfigFrom({.cluster = "main",
                                     .bootstrap = bootstrap,
                                     .connect = std::move(connect),
                                     .interval = interval})
                             .value();
    config.listen = {"127.0.0.1", 0};
    config.log_level = log::Level::kError;
    return config;
  }

  http::HttpResponse Ask(const std::string& path) const {
    const auto response =
        http_->Get({.url = agent_->Url() + path}, clock_.Now().mono + kPatience, {});
    INFO((response ? "" : response.error().message()));
    REQUIRE(response);
    return *response;
  }

  std::string Get(const std::string& path) const { return Ask(path).body; }

  /// Whether `path` answers with `text` (or, with `there` false, without it) before patience ends.
  bool Comes(const std::string& path, const std::string& text, bool there = true) const {
    const MonoTime limit = clock_.Now().mono + kPatience;
    while ((Get(path).find(text) != std::string::npos) != there) {
      if (clock_.Now().mono > limit) {
        return false;
      }
      std::this_thread::yield();
    }
    return true;
  }

  Agent& agent() { return *agent_; }

  simulator::Cluster& cluster() { return *cluster_; }

 private:
  mutable SystemClock clock_;
  std::unique_ptr<http::HttpClient> http_ = http::MakeHttpClient();
  std::unique_ptr<simulator::Cluster> cluster_ =
      std::move(simulator::Cluster::Start(simulator::ShopCluster(), clock_)).value();
  std::unique_ptr<Agent> agent_;
};

}  // namespace klaxon::app
