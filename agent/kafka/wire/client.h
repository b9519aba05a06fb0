#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/base/backoff.h"
#include "agent/base/clock.h"
#include "agent/base/text.h"
#include "agent/kafka/cluster_client.h"
#include "agent/kafka/security.h"
#include "agent/kafka/token_source.h"

namespace klaxon::kafka::wire {

struct ClientOptions {
  std::string cluster{};               ///< the cluster's name with us: log subject and thread name
  std::vector<HostPort> bootstrap{};   ///< where to look before brokers are known
  std::string client_id = "klaxon";    ///< as broker logs and quotas show us
  std::string software_version = "0";  ///< told to brokers (KIP-511): letters, digits, '-' and '.'

  SecurityOptions security{};
  std::shared_ptr<TokenSource> tokens{};  ///< for OAUTHBEARER, and needed there

  /// Name look-up, TCP, TLS, ApiVersions and login of one connection together. A broker that takes
  /// longer counts as silent: it is probed in the background and stretches no further Exchange.
  Duration connect_timeout = std::chrono::seconds{3};
  /// After a connection that failed at once (refused, reset, name unknown), calls fail with the
  /// same error for this long; the next one tries again.
  BackoffOptions reconnect{.base = std::chrono::milliseconds{250}, .cap = std::chrono::seconds{2}};
  /// The same after a login or a certificate that was refused: each attempt costs the broker a line
  /// in its log, and may count against the user.
  BackoffOptions relogin{.base = std::chrono::seconds{1}, .cap = std::chrono::seconds{30}};
  /// A connection on which only calls are in flight that nobody waits for any more is left for a
  /// new one when the first of them is older: such an answer is not merely late for a caller with
  /// little time.
  Duration blocked_after = std::chrono::milliseconds{400};
  size_t answer_limit = size_t{64} << 20U;  ///< bytes of one answer; more is kBadAnswer
  size_t in_flight_limit = 64;              ///< requests a connection; further ones wait
};

/// What happened to the requests of one API since the client was made.
struct RequestCount {
  uint64_t sent = 0;      ///< handed to a socket; ApiVersions of new connections and probes too
  uint64_t answered = 0;  ///< well-formed answers, whatever error codes they hold
  uint64_t failed = 0;    ///< requests that ended without one, those never sent included
};

struct Traffic {
  std::map<ApiKey, RequestCount> requests{};
  uint64_t bytes_sent = 0;
  uint64_t bytes_received = 0;
  uint64_t connections_opened = 0;
};

/// ClusterClient over TCP: one I/O thread ("kafka:NAME") with non-blocking sockets and poll(), one
/// connection a broker. Answers are decoded on that thread, straight out of the receive buffer: it
/// costs no copy and no second buffered answer, while the brokers prepare the next ones.
class Client final : public ClusterClient {
 public:
  /// Starts the I/O thread; connects to nobody yet. `clock` must outlive the client.
  Client(ClientOptions options, Clock& clock);

  /// Stops within a second; a running Exchange of another thread ends with kCancelled.
  ~Client() override;

  void Exchange(std::span<Call* const> calls, MonoTime deadline,
                const std::stop_token& stop) override;
  void SetBrokers(std::vector<BrokerAddress> brokers) override;
  std::optional<int16_t> VersionAt(int32_t broker, ApiKey api, VersionRange ours) const override;

  /// A snapshot. Thread-safe.
  Traffic Counts() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::kafka::wire
