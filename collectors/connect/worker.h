#pragma once

#include <string>
#include <vector>

#include "agent/connect/client.h"
#include "agent/model/connect_facts.h"
#include "collectors/collector.h"
#include "collectors/connect/errand.h"
#include "collectors/connect/listing.h"

namespace klaxon::connect_collector {

/// What one worker told in one poll. Errors name the worker.
struct Telling {
  Instant info_at{};
  Duration latency{};  ///< of GET /
  Result<connect::WorkerInfo> info = Error(Reason::kInternal, "not asked");
  bool asked_list = false;
  Instant listed_at{};
  Result<std::vector<connect::NamedConnector>> list = Error(Reason::kInternal, "not asked");
  /// The Kafka cluster that GET / told behind the list: the same address may lead elsewhere by
  /// then.
  std::string cluster_behind_list{};
};

/// One worker of a Connect cluster. Confined to one thread, except where it says otherwise.
class Worker {
 public:
  /// `http` outlives it. `request_timeout` is for each request.
  Worker(http::HttpClient& http, std::string url, const http::ClientAccess& access,
         Duration request_timeout);

  const connect::ConnectClient& client() const { return client_; }

  /// GET /, and the list if that is wanted and it lives. Different workers may be asked on
  /// different threads at a time. `before` may be null.
  Telling Ask(bool list, const ConnectFacts* before, const PollContext& context);

  /// Adds the list to what it told. Who does not answer GET / behind it has no list either: nobody
  /// knows whose it was.
  void List(Telling& telling, const ConnectFacts* before, const PollContext& context);

  /// Asks a living worker of 3.9 or later for its health: at once, and if its herder's thread is
  /// stuck, beyond the end of the poll.
  void StartHealth(const ConnectWorkerFacts& worker, const PollContext& context);

  /// Fills what is known of its health by now.
  void TakeHealth(const PollContext& context, ConnectWorkerFacts& worker);

 private:
  struct HealthAnswer {
    Instant at{};
    Result<connect::WorkerHealth> health = Error(Reason::kInternal, "not asked");
  };

  Patience PatienceIn(const PollContext& context) const;
  void TellHealth(const Instant& at, const PollContext& context, ConnectWorkerFacts& worker) const;

  const connect::ConnectClient client_;
  const Duration request_timeout_;
  Lister lister_{};
  bool health_is_new_ = false;  // it was asked in this poll
  Errand<HealthAnswer> health_;
};

}  // namespace klaxon::connect_collector
