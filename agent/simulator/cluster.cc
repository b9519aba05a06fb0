#include "agent/simulator/cluster.h"

#include "agent/simulator/broker_host.h"

namespace klaxon::simulator {

class Cluster::Impl {
 public:
  Impl(const ClusterSpec& spec, Clock& clock) : name(spec.name), host(spec, clock) {}

  void SetRunning(int32_t broker, bool running) {
    host.Run([&] {
      for (const Broker& each : host.state().brokers) {
        if (broker == kEveryBroker || broker == each.id) {
          host.SetRunning(each.id, running);
        }
      }
    });
  }

  std::string name;
  std::vector<HostPort> bootstrap{};
  BrokerHost host;
};

Cluster::Cluster(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
}

Cluster::~Cluster() = default;

Result<std::unique_ptr<Cluster>> Cluster::Start(const ClusterSpec& spec, Clock& clock) {
  auto impl = std::make_unique<Impl>(spec, clock);
  if (Result<void> started = impl->host.Start(); !started) {
    return started.error().In("starting the simulated cluster " + spec.name);
  }
  impl->host.Run([&] {
    for (const Broker& broker : impl->host.state().brokers) {
      impl->bootstrap.push_back(broker.listening);
    }
  });
  return std::unique_ptr<Cluster>(new Cluster(std::move(impl)));
}

const std::string& Cluster::name() const {
  return impl_->name;
}

std::vector<HostPort> Cluster::bootstrap() const {
  return impl_->bootstrap;
}

void Cluster::StopBroker(int32_t broker) {
  impl_->SetRunning(broker, false);
}

void Cluster::StartBroker(int32_t broker) {
  impl_->SetRunning(broker, true);
}

void Cluster::SetFaults(int32_t broker, const Faults& faults) {
  impl_->host.Run([&] {
    for (const Broker& each : impl_->host.state().brokers) {
      if (broker == kEveryBroker || broker == each.id) {
        impl_->host.SetFaults(each.id, faults);
      }
    }
  });
}

void Cluster::Advertise(int32_t broker, const std::string& host) {
  Change([&](ClusterState& state) {
    if (Broker* found = FindBroker(state, broker)) {
      found->advertised_host = host;
    }
  });
}

void Cluster::CutQuorum(bool cut) {
  Change([&](ClusterState& state) { state.quorum.cut = cut; });
}

void Cluster::Change(const std::function<void(ClusterState&)>& change) {
  impl_->host.Run([&] {
    change(impl_->host.state());
    ++impl_->host.state().version;
  });
}

ClusterState Cluster::Snapshot() const {
  ClusterState copy;
  impl_->host.Run([&] { copy = impl_->host.state(); });
  return copy;
}

std::map<kafka::wire::ApiKey, uint64_t> Cluster::RequestCounts() const {
  std::map<kafka::wire::ApiKey, uint64_t> counts;
  impl_->host.Run([&] { counts = impl_->host.counts(); });
  return counts;
}

void Cluster::ResetRequestCounts() {
  impl_->host.Run([&] { impl_->host.counts().clear(); });
}

size_t Cluster::OpenConnections() const {
  size_t open = 0;
  impl_->host.Run([&] { open = impl_->host.connections().size(); });
  return open;
}

int Cluster::Logins() const {
  int logins = 0;
  impl_->host.Run([&] {
    for (const Connection& connection : impl_->host.connections()) {
      logins += connection.login().logins();
    }
  });
  return logins;
}

}  // namespace klaxon::simulator
