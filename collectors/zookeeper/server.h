#pragma once

#include <string>
#include <vector>

#include "agent/http/client.h"
#include "agent/model/zookeeper_facts.h"
#include "collectors/collector.h"
#include "collectors/zookeeper/parse.h"
#include "collectors/zookeeper/words.h"

namespace klaxon::zookeeper_collector {

/// What one server told in one poll. Errors name the server.
struct Telling {
  Instant at{};
  Result<ZookeeperStats> srvr = Error(Reason::kInternal, "not asked");
  Result<Monitored> mntr = Error(Reason::kInternal, "not asked");
  std::vector<std::string> refused{};  ///< words that are not in its whitelist
};

/// Asks one server: `srvr`, then `mntr`, each on a connection of its own; and its AdminServer for
/// what the words did not bring. Only reads. Thread-safe.
class Server {
 public:
  /// `admin` empty: it has no AdminServer for us. `http` outlives this.
  Server(HostPort address, std::string admin, http::HttpClient& http, http::ClientAccess access);

  std::string name() const { return ToString(address_); }

  /// Returns within `patience`, and before the context's deadline.
  Telling Ask(const PollContext& context, Duration patience) const;

 private:
  void AskWords(Telling& telling, MonoTime deadline, const std::stop_token& stop) const;
  void AskAdmin(Telling& telling, MonoTime deadline, const std::stop_token& stop) const;
  Result<Monitored> Monitor(MonoTime deadline, const std::stop_token& stop) const;

  HostPort address_;
  std::string admin_;
  http::HttpClient* http_;  // not null; a pointer, so that servers can be kept in a vector
  http::ClientAccess access_;
};

}  // namespace klaxon::zookeeper_collector
