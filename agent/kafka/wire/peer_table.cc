#include "agent/kafka/wire/peer_table.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace klaxon::kafka::wire {

PeerTable::PeerTable(const PeerTools& tools) : tools_(tools) {
  SetBrokers({});
}

size_t PeerTable::BootstrapPlace(const HostPort& address) const {
  const auto& bootstrap = tools_.options.bootstrap;
  const auto place = std::find(bootstrap.begin(), bootstrap.end(), address);
  return static_cast<size_t>(place - bootstrap.begin());
}

void PeerTable::SetBrokers(const std::vector<BrokerAddress>& brokers) {
  brokers_.clear();
  std::map<HostPort, int32_t> wanted;
  for (const HostPort& address : tools_.options.bootstrap) {
    wanted[address] = kAnyBroker;
  }
  for (const BrokerAddress& broker : brokers) {
    brokers_[broker.id] = broker.address;
    wanted[broker.address] = broker.id;
  }
  std::erase_if(peers_, [&](const auto& peer) {
    if (wanted.contains(peer.first)) return false;
    peer.second->Retire();
    return true;
  });
  for (const auto& [address, id] : wanted) {
    auto& peer = peers_[address];
    if (!peer) {
      peer = std::make_shared<Peer>(address, tools_);
    }
    peer->SetBroker(id);
    if (id == kAnyBroker && !brokers.empty()) {
      peer->CloseIfIdle();  // the brokers' own connections are enough
    }
  }
}

std::shared_ptr<Peer> PeerTable::Broker(int32_t id) const {
  const auto address = brokers_.find(id);
  if (address == brokers_.end()) {
    return nullptr;
  }
  return peers_.at(address->second);
}

std::vector<std::shared_ptr<Peer>> PeerTable::Candidates(MonoTime now) const {
  std::set<HostPort> of_brokers;
  for (const auto& [id, address] : brokers_) {
    of_brokers.insert(address);
  }
  std::vector<std::shared_ptr<Peer>> candidates;
  candidates.reserve(peers_.size());
  for (const auto& [address, peer] : peers_) {
    candidates.push_back(peer);
  }
  const auto rank = [&](const std::shared_ptr<Peer>& peer) {
    const bool bootstrap_only = !of_brokers.contains(peer->address());
    return std::tuple(peer->HealthAt(now), bootstrap_only, peer->Load(),
                      BootstrapPlace(peer->address()), peer->address());
  };
  std::sort(candidates.begin(), candidates.end(),
            [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return candidates;
}

}  // namespace klaxon::kafka::wire
