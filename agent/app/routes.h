#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/app/rule_explainer.h"
#include "agent/base/clock.h"
#include "agent/base/latest.h"
#include "agent/base/result.h"
#include "agent/http/server.h"
#include "agent/model/notify_board.h"
#include "agent/model/rule_board.h"
#include "agent/model/view.h"
#include "alerts/notify/notifier.h"
#include "exporters/api/orders.h"
#include "exporters/query/query_api.h"

namespace klaxon::app {

/// What the listener's handlers read. All of it outlives the server.
struct RouteDeps {
  Clock& clock;
  const Latest<View>& views;
  std::function<size_t()> sources;  ///< how many are configured now; thread-safe
  std::function<http::Response(const http::Request&)> metrics;
  query_api::QueryApi& query;
  RuleExplainer& explainer;
  /// Never null; thread-safe.
  std::function<RuleBoardRef()> rules = [] { return std::make_shared<const RuleBoard>(); };
  std::function<NotifyBoard()> notifications = [] { return NotifyBoard(); };
  /// Null: Klaxon starts, or ends.
  std::function<notify::Notifier*()> notifier = [] { return nullptr; };
  /// Reloads the configuration and waits for it: what to say of it, or why it was not done.
  std::function<Result<std::string>()> reload;
  /// Asks recovery for something and waits for what comes of it.
  api::CarryOrder carry{};
};

/// Every path that Klaxon answers, and who may get it.
std::vector<http::Route> Routes(const RouteDeps& deps);

}  // namespace klaxon::app
