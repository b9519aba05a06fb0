#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "agent/kafka/doctor/judge.h"
#include "agent/kafka/wire/client.h"
#include "agent/tls/client_context.h"

namespace klaxon::kafka {

/// Looks at a cluster as a client of it would, step by step, and says what would be wrong. Reads
/// only. Blocks; confined to one thread.
class Examination {
 public:
  /// Is told each finding when it is made, because some take their time.
  using Tell = std::function<void(const Finding&)>;

  /// `patience`: how long one step may take.
  Examination(wire::ClientOptions options, Clock& clock, Duration patience, Tell tell);

  /// Everything, in the order of a connection; what cannot be reached is left out or unknown.
  Findings Run(const std::stop_token& stop);

 private:
  /// True: a broker at this address answered our login.
  bool CheckBootstrap(const HostPort& address);
  /// Logs in at `broker` of `client`.
  bool CheckLogin(ClusterClient& client, int32_t broker, const std::string& subject);
  bool CheckMetadata();
  void CheckAdvertised(const BrokerAddress& broker);
  void CheckPermissions();
  void CheckQuorum();
  void Say(Finding finding);
  void Say(const Findings& findings);
  void Exchange(ClusterClient& client, std::vector<Call*> calls);

  const wire::ClientOptions options_;
  Clock& clock_;
  const Duration patience_;
  const Tell tell_;
  std::stop_token stop_{};
  std::unique_ptr<tls::ClientContext> tls_{};  ///< null: the listener is not TLS
  std::unique_ptr<wire::Client> client_{};
  std::vector<BrokerAddress> brokers_{};
  ClusterSigns signs_{};
  Findings findings_{};
};

}  // namespace klaxon::kafka
