#pragma once

#include <optional>
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
  /// Asked for only when the two above brought nothing, in this order.
  std::optional<Result<bool>> isro{};
  std::optional<Result<void>> ruok{};
  std::optional<Result<ZookeeperSettings>> conf{};  ///< asked for when it is due
  std::vector<std::string> refused{};               ///< words that are not in its whitelist
};

/// Asks one server: `srvr`, then `mntr`, each on a connection of its own; its AdminServer for what
/// the words did not bring; and if both tell nothing, `isro` and `ruok`, which tell whether it
/// serves, or lives at least. Only reads. Thread-safe.
class Server {
 public:
  /// `admin` empty: it has no AdminServer for us. `http` outlives this.
  Server(ClientPort port, std::string admin, http::HttpClient& http, http::ClientAccess access);

  const ClientPort& port() const { return port_; }

  std::string name() const { return ToString(port_.address); }

  /// Returns within `patience`, and before the context's deadline. `conf`: how it is configured is
  /// asked for too, if it serves.
  Telling Ask(const PollContext& context, Duration patience, bool conf) const;

 private:
  void AskWords(Telling& telling, MonoTime deadline, const std::stop_token& stop) const;
  void AskAdmin(Telling& telling, MonoTime deadline, const std::stop_token& stop) const;
  void AskForLife(Telling& telling, MonoTime deadline, const std::stop_token& stop) const;
  void AskSettings(Telling& telling, MonoTime deadline, const std::stop_token& stop) const;
  Result<Monitored> Monitor(MonoTime deadline, const std::stop_token& stop) const;
  Result<std::string> FromAdmin(const std::string& command, MonoTime deadline,
                                const std::stop_token& stop) const;

  ClientPort port_;
  std::string admin_;
  http::HttpClient* http_;  // not null; a pointer, so that servers can be kept in a vector
  http::ClientAccess access_;
};

}  // namespace klaxon::zookeeper_collector
