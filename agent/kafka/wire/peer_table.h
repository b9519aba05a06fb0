#pragma once

#include <map>
#include <memory>
#include <vector>

#include "agent/kafka/wire/peer.h"

namespace klaxon::kafka::wire {

/// All peers of a client, by address: the bootstrap addresses always, the brokers of the newest
/// metadata besides. A bootstrap address that is also a broker's is one peer with one connection.
/// Confined to the I/O thread.
class PeerTable {
 public:
  /// `tools` must outlive the table.
  explicit PeerTable(const PeerTools& tools);

  void SetBrokers(const std::vector<BrokerAddress>& brokers);

  /// Null: no such broker in the newest metadata.
  std::shared_ptr<Peer> Broker(int32_t id) const;

  /// Whom to ask what any broker can tell, the most promising first.
  std::vector<std::shared_ptr<Peer>> Candidates(MonoTime now) const;

  const std::map<HostPort, std::shared_ptr<Peer>>& all() const { return peers_; }

 private:
  /// Its place in the configured list; behind all of them: it is not in it.
  size_t BootstrapPlace(const HostPort& address) const;

  const PeerTools& tools_;
  std::map<HostPort, std::shared_ptr<Peer>> peers_{};
  std::map<int32_t, HostPort> brokers_{};
};

}  // namespace klaxon::kafka::wire
