#pragma once

#include <condition_variable>
#include <memory>
#include <vector>

#include "agent/base/latest.h"
#include "agent/base/mutex.h"
#include "agent/http/answer.h"
#include "agent/http/router.h"
#include "agent/http/stats_book.h"

namespace klaxon::http {

/// From a request to its answer: finds the handler, lets a few run at once, fences what they throw.
/// Thread-safe.
class Dispatcher {
 public:
  Dispatcher(std::vector<Route> routes, int at_once, StatsBook& stats);

  void SetRoutes(std::vector<Route> routes);

  Answer Handle(const Request& request);

 private:
  Response Ask(const RouteTable& routes, const Request& request);
  Response Run(const Route& route, const Request& request);
  bool TakeTurn();
  void EndTurn();

  Latest<RouteTable> routes_;
  StatsBook& stats_;
  Mutex mutex_{};
  std::condition_variable_any turn_ended_{};
  int free_turns_ KLAXON_GUARDED_BY(mutex_);
};

}  // namespace klaxon::http
