#include "agent/kafka/wire/client.h"

#include <algorithm>

#include "agent/base/mutex.h"
#include "agent/kafka/wire/loop.h"

namespace klaxon::kafka::wire {

class Client::Impl {
 public:
  Impl(ClientOptions options, Clock& clock)
      : options_(std::move(options)),
        clock_(clock),
        loop_(options_, clock, meter_,
              [this](const HostPort& address, std::shared_ptr<const VersionTable> versions) {
                const Lock lock(mutex_);
                versions_[address] = std::move(versions);
              }) {}

  void Exchange(std::span<Call* const> calls, MonoTime deadline, const std::stop_token& stop) {
    if (calls.empty()) {
      return;
    }
    const auto batch = std::make_shared<Batch>(calls, deadline, clock_.Now().mono);
    loop_.Submit(batch);
    if (!batch->WaitDone(stop)) {
      // The I/O thread may be at one of the calls: they are ours again only when it says so.
      loop_.Cancel(batch);
      batch->WaitDone({});
    }
  }

  void SetBrokers(std::vector<BrokerAddress> brokers) {
    {
      const Lock lock(mutex_);
      brokers_.clear();
      for (const BrokerAddress& broker : brokers) {
        brokers_[broker.id] = broker.address;
      }
      std::erase_if(versions_, [&](const auto& known)
                                   KLAXON_REQUIRES(mutex_) { return !IsWanted(known.first); });
    }
    loop_.SetBrokers(std::move(brokers));
  }

  std::optional<int16_t> VersionAt(int32_t broker, ApiKey api, VersionRange ours) const {
    const Lock lock(mutex_);
    if (broker == kAnyBroker) {
      return versions_.empty() ? std::nullopt : versions_.begin()->second->Common(api, ours);
    }
    const auto address = brokers_.find(broker);
    if (address == brokers_.end()) {
      return std::nullopt;
    }
    const auto versions = versions_.find(address->second);
    return versions == versions_.end() ? std::nullopt : versions->second->Common(api, ours);
  }

  Traffic Counts() const { return meter_.Snapshot(); }

 private:
  bool IsWanted(const HostPort& address) const KLAXON_REQUIRES(mutex_) {
    const auto& bootstrap = options_.bootstrap;
    return std::find(bootstrap.begin(), bootstrap.end(), address) != bootstrap.end() ||
           std::any_of(brokers_.begin(), brokers_.end(),
                       [&](const auto& broker) { return broker.second == address; });
  }

  const ClientOptions options_;
  Clock& clock_;
  Meter meter_;
  mutable Mutex mutex_;
  std::map<int32_t, HostPort> brokers_ KLAXON_GUARDED_BY(mutex_);
  std::map<HostPort, std::shared_ptr<const VersionTable>> versions_ KLAXON_GUARDED_BY(mutex_);
  Loop loop_;  // last: its thread uses the rest
};

Client::Client(ClientOptions options, Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), clock)) {
}

Client::~Client() = default;

void Client::Exchange(std::span<Call* const> calls, MonoTime deadline,
                      const std::stop_token& stop) {
  impl_->Exchange(calls, deadline, stop);
}

void Client::SetBrokers(std::vector<BrokerAddress> brokers) {
  impl_->SetBrokers(std::move(brokers));
}

std::optional<int16_t> Client::VersionAt(int32_t broker, ApiKey api, VersionRange ours) const {
  return impl_->VersionAt(broker, api, ours);
}

Traffic Client::Counts() const {
  return impl_->Counts();
}

}  // namespace klaxon::kafka::wire
