#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "agent/base/latest.h"
#include "agent/base/mutex.h"
#include "agent/http/answer.h"
#include "agent/http/doorman.h"
#include "agent/http/router.h"
#include "agent/http/stats_book.h"

namespace klaxon::http {

/// One request on its way.
struct Visit {
  Request request{};
  std::shared_ptr<const RouteTable> routes{};
  RouteTable::Match match{};        ///< points into `routes`
  std::optional<Answer> refusal{};  ///< it goes no further
};

/// From a request to its answer: finds the handler, asks the doorman, lets a few run at once,
/// fences what they throw. Thread-safe.
class Dispatcher {
 public:
  Dispatcher(std::vector<Route> routes, const ServerOptions& options, StatsBook& stats);

  void SetRoutes(std::vector<Route> routes);

  void SetAccess(AccessRules rules) { doorman_.SetRules(std::move(rules)); }

  /// To be called with all but the body, so that nobody who is turned away sends one.
  Visit Begin(Request request);

  /// REQUIRES: no refusal.
  Answer Finish(const Visit& visit);

  /// Instead of Finish, when the rest of a request never came or was not taken. `status`: what the
  /// client was told; 0: nothing, it had left.
  void Abandon(const Visit& visit, int status) const;

 private:
  Response Ask(const RouteTable::Match& match, const Request& request);
  Response Run(const Route& route, const Request& request);
  /// Whether an attempt to change something could not be written down.
  bool CannotAudit(const Visit& visit) const;
  void Audit(const Visit& visit, const Response& response) const;
  bool TakeTurn();
  void EndTurn();

  Latest<RouteTable> routes_;
  StatsBook& stats_;
  Doorman doorman_;
  const AuditSink audit_;
  const std::function<bool()> audit_ready_;
  Mutex mutex_{};
  std::condition_variable_any turn_ended_{};
  int free_turns_ KLAXON_GUARDED_BY(mutex_);
};

}  // namespace klaxon::http
