#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/rule_board.h"

/// What Prometheus answers about rules, in its shapes (web/api/v1/api.go of version 3): Grafana and
/// Karma read them. Times are UTC. All functions are pure.
namespace klaxon::api {

/// Which rules are asked for; of each list one must fit, an empty one fits all.
struct RulesFilter {
  std::string type{};                 ///< "alert" or "record"; empty: both
  std::vector<std::string> names{};   ///< `rule_name[]`
  std::vector<std::string> groups{};  ///< `rule_group[]`
  std::vector<std::string> files{};   ///< `file[]`
  bool exclude_alerts = false;        ///< rules without their alerts
};

/// Reads it from the parameters of a request: of `type` and `exclude_alerts` the first, in lower
/// case, an empty one as none, truths as Go's strconv.ParseBool reads them (as Prometheus does).
/// Error: kInvalid.
Result<RulesFilter> ReadRulesFilter(
    const std::vector<std::pair<std::string, std::string>>& parameters);

/// /api/v1/rules: {"status": "success", "data": {"groups": [...]}}; groups of which a filter leaves
/// nothing are left out. An alert that is held has Klaxon's own `unknownSince`, one that nobody is
/// told of `silencedBy` (ids) or `inhibited`.
std::string RulesDocument(const RuleBoard& board, const RulesFilter& filter = {});

/// /api/v1/alerts: all that are pending or firing.
std::string AlertsDocument(const RuleBoard& board);

}  // namespace klaxon::api
