#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "agent/base/clock.h"
#include "agent/connect/client.h"
#include "agent/connect/restart.h"
#include "agent/recovery/world.h"

namespace klaxon::recovery {

/// Restarts connectors of one Connect cluster: the thin part that speaks to it. Confined to one
/// thread.
class Executor {
 public:
  /// `access` makes what requests carry when the first is sent: fetching tokens needs a thread.
  /// `http` outlives the executor. `timeout`: of every request.
  Executor(http::HttpClient& http, std::function<http::ClientAccess()> access, Duration timeout)
      : http_(http), make_access_(std::move(access)), timeout_(timeout) {}

  /// One attempt. Asks the worker's own state of the connector before each call: what it knows by
  /// then not to have failed, or to be paused, stopped or without a worker, is left alone. Sends
  /// each call once, the next only if the one before was accepted or left alone as not FAILED,
  /// `go_on` says so (empty: always), and no more than 20 s have passed. `site` is not empty.
  connect::RestartAnswer Restart(const connect::RestartOrder& order, const WorkerSite& site,
                                 const std::function<bool()>& go_on, const std::stop_token& stop);

 private:
  http::HttpClient& http_;
  std::function<http::ClientAccess()> make_access_;
  std::optional<http::ClientAccess> access_{};  // made once, kept: see HttpClient's connections
  Duration timeout_;
};

}  // namespace klaxon::recovery
