#pragma once

#include <string>
#include <string_view>

#include "agent/model/rule_board.h"

/// What Prometheus answers about rules, in its shapes (web/api/v1/api.go of version 3): Grafana and
/// Karma read them. Times are UTC. All functions are pure.
namespace klaxon::api {

/// /api/v1/rules: {"status": "success", "data": {"groups": [...]}}. `type`: "alert" or "record";
/// empty: both. An alert that is held has Klaxon's own `unknownSince`, one
/// that nobody is told of `silencedBy` (ids) or `inhibited`.
std::string RulesDocument(const RuleBoard& board, std::string_view type);

/// /api/v1/alerts: all that are pending or firing.
std::string AlertsDocument(const RuleBoard& board);

}  // namespace klaxon::api
