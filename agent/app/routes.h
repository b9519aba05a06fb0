#pragma once

#include <functional>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/latest.h"
#include "agent/http/server.h"
#include "agent/model/view.h"

namespace klaxon::app {

/// What the listener's handlers read. All of it outlives the server.
struct RouteDeps {
  Clock& clock;
  const Latest<View>& views;
  std::function<size_t()> sources;  ///< how many are configured now; thread-safe
  std::function<http::Response(const http::Request&)> metrics;
};

/// Every path that Klaxon answers. All are read-only.
std::vector<http::Route> Routes(const RouteDeps& deps);

}  // namespace klaxon::app
