#include "agent/simulator/estate.h"

#include <array>
#include <thread>

#include "agent/base/thread_name.h"
#include "agent/simulator/connect_cluster.h"
#include "agent/simulator/connect_members.h"
#include "agent/simulator/registry_node.h"
#include "agent/simulator/rest_proxy.h"
#include "agent/simulator/story.h"

namespace klaxon::simulator {
namespace {

constexpr Duration kForEver = std::chrono::hours{1};
constexpr Duration kGlance = std::chrono::milliseconds{500};
constexpr double kNormalSpeed = 4;
constexpr std::string_view kWorkersGroup = "connect-shop";

void SetSpeed(ClusterState& state, std::string_view group, double speed) {
  if (Group* found = FindGroup(state, group)) {
    found->speed = speed;
  }
}

}  // namespace

class Estate::Impl {
 public:
  Result<void> Start(const EstateOptions& options, Clock& clock) {
    for (const ClusterSpec& spec : options.clusters) {
      Result<std::unique_ptr<Cluster>> cluster = Cluster::Start(spec, clock);
      if (!cluster) {
        return cluster.error();
      }
      clusters.push_back(std::move(*cluster));
    }
    const Result<void> services = StartServices(options);
    if (!services) {
      return services.error();
    }
    if (options.incidents && !clusters.empty()) {
      director_ =
          std::jthread([this, &clock](const std::stop_token& stop) { Direct(clock, stop); });
    }
    return {};
  }

  std::vector<std::unique_ptr<Cluster>> clusters{};
  std::unique_ptr<ConnectCluster> connect{};
  std::string connect_url{};
  std::unique_ptr<RegistryNode> registry{};
  std::string registry_url{};
  std::unique_ptr<RestProxy> rest_proxy{};  ///< after the clusters: it asks the first of them
  std::string rest_proxy_url{};

 private:
  Result<void> StartServices(const EstateOptions& options) {
    if (options.connect) {
      const std::string id = options.clusters.empty() ? "" : options.clusters.front().cluster_id;
      ConnectState shop = ShopConnect(id);
      for (const std::string& name : options.failed) {
        FailTask(shop, name, 0, SearchIsDownTrace());
      }
      Result<std::unique_ptr<ConnectCluster>> workers =
          ConnectCluster::Start(shop, kShopWorkers.size());
      if (!workers) {
        return workers.error();
      }
      connect = std::move(*workers);
      connect_url = connect->urls();
      JoinGroup(connect->worker(0).Snapshot());
    }
    if (options.registry) {
      RegistryState shop = ShopRegistry();
      if (!options.clusters.empty()) {
        shop.kafka_cluster_id = options.clusters.front().cluster_id;
      }
      Result<std::unique_ptr<RegistryNode>> node = RegistryNode::Start(std::move(shop));
      if (!node) {
        return node.error();
      }
      registry = std::move(*node);
      registry_url = registry->url();
    }
    if (options.rest_proxy && !clusters.empty()) {
      Result<std::unique_ptr<RestProxy>> proxy =
          RestProxy::Start({}, [this] { return Seen(clusters.front()->Snapshot()); });
      if (!proxy) {
        return proxy.error();
      }
      rest_proxy = std::move(*proxy);
      rest_proxy_url = rest_proxy->url();
    }
    return {};
  }

  /// What a proxy sees of its Kafka.
  static ProxyContent Seen(const ClusterState& state) {
    ProxyContent content{.cluster_id = state.cluster_id};
    for (const Topic& topic : state.topics) {
      if (!topic.deleted) {
        content.topics.push_back(topic.name);
      }
    }
    for (const Broker& broker : state.brokers) {
      if (!broker.fenced) {
        content.brokers.push_back(broker.id);
      }
    }
    return content;
  }

  /// Makes the workers' group carry what these connectors and tasks are on.
  void JoinGroup(const ConnectState& carried) {
    for (const std::unique_ptr<Cluster>& cluster : clusters) {
      cluster->Change([&](ClusterState& state) { JoinWorkers(carried, state, kWorkersGroup); });
    }
  }

  /// The last worker is gone: silent, and out of the group. What it carried still says RUNNING, as
  /// until Connect gives it to another worker.
  void SwitchWorker(bool gone) {
    const size_t last = connect->size() - 1;
    connect->worker(last).SetFaults({.delay = gone ? kForEver : Duration{}});
    ConnectState carried = connect->worker(0).Snapshot();
    if (gone) {
      DropWorker(carried, kShopWorkers.back());
    }
    JoinGroup(carried);
  }

  void Direct(Clock& clock, const std::stop_token& stop) {
    NameThisThread("sim-story");
    const MonoTime start = clock.Now().mono;
    std::array<bool, kTroubles> on{};
    MonoTime next = start;
    do {
      for (size_t i = 0; i < kTroubles; ++i) {
        const auto trouble = static_cast<Trouble>(i);
        const bool now_on = IsOn(trouble, next - start);
        if (now_on != on.at(i)) {
          on.at(i) = now_on;
          Switch(trouble, now_on);
        }
      }
      next += kGlance;
    } while (clock.SleepUntil(next, stop));
  }

  void SwitchConnect(Trouble trouble, bool on) {
    if (!connect) return;
    if (trouble == Trouble::kConnectWorkerLost) return SwitchWorker(on);
    connect->Change([&](ConnectState& state) { SwitchTask(state, on); });
  }

  void Switch(Trouble trouble, bool on) {
    Cluster& shop = *clusters.front();
    switch (trouble) {
      case Trouble::kTaskFailed:
      case Trouble::kConnectWorkerLost:
        SwitchConnect(trouble, on);
        return;
      case Trouble::kReplicaStuck:
        shop.Change([&](ClusterState& state) { SetReplicaStuck(state, "payments", 2, on); });
        return;
      case Trouble::kGroupFallsBehind:
        shop.Change([&](ClusterState& state) {
          SetSpeed(state, "warehouse-sync", on ? 0.7 : kNormalSpeed);
        });
        return;
      case Trouble::kGroupStuck:
        shop.Change([&](ClusterState& state) {
          SetSpeed(state, "fraud-detection", on ? 0 : kNormalSpeed);
        });
        return;
      case Trouble::kGroupRebalancing:
        shop.Change([&](ClusterState& state) {
          if (Group* group = FindGroup(state, "order-processor")) {
            group->rebalancing = on;
          }
        });
        return;
      case Trouble::kBrokerDown:
        on ? shop.StopBroker(3) : shop.StartBroker(3);
        return;
      case Trouble::kTopicForALoadTest:
        shop.Change([&](ClusterState& state) { SwitchLoadTest(state, on); });
        return;
    }
    std::abort();
  }

  static void SwitchTask(ConnectState& state, bool on) {
    if (on) {
      FailTask(state, "customers-to-search", 1, SearchIsDownTrace());
    } else {
      HealTask(state, "customers-to-search", 1);
    }
  }

  static void SwitchLoadTest(ClusterState& state, bool on) {
    if (on) {
      CreateTopic(state, {.name = "load-test", .partitions = 6, .replication = 2, .rate = 5'000});
    } else {
      DeleteTopic(state, "load-test");
    }
  }

  std::jthread director_{};  ///< last: it uses all of the above
};

Estate::Estate(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
}

Estate::~Estate() = default;

Result<std::unique_ptr<Estate>> Estate::Start(const EstateOptions& options, Clock& clock) {
  auto impl = std::make_unique<Impl>();
  if (Result<void> started = impl->Start(options, clock); !started) {
    return started.error();
  }
  return std::unique_ptr<Estate>(new Estate(std::move(impl)));
}

const std::vector<std::unique_ptr<Cluster>>& Estate::clusters() const {
  return impl_->clusters;
}

const std::string& Estate::connect_url() const {
  return impl_->connect_url;
}

const std::string& Estate::registry_url() const {
  return impl_->registry_url;
}

const std::string& Estate::rest_proxy_url() const {
  return impl_->rest_proxy_url;
}

}  // namespace klaxon::simulator
