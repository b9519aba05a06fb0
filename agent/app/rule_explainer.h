#pragma once

#include <atomic>
#include <functional>

#include "agent/base/clock.h"
#include "agent/http/message.h"
#include "agent/model/rule_board.h"
#include "agent/series/keeper.h"

namespace klaxon::app {

/// /api/klaxon/v1/rules/explain?rule=NAME: what a rule sees now, and why its alerts fire or do not,
/// for people. Thread-safe; takes seconds at most, and only a few at once.
class RuleExplainer {
 public:
  /// Both outlive it. `board` never gives null.
  RuleExplainer(const series::Keeper& keeper, Clock& clock, std::function<RuleBoardRef()> board)
      : keeper_(keeper), clock_(clock), board_(std::move(board)) {}

  http::Response Explain(const http::Request& request);

 private:
  http::Response Explained(const http::Request& request) const;

  const series::Keeper& keeper_;
  Clock& clock_;
  const std::function<RuleBoardRef()> board_;
  std::atomic<int> running_ = 0;
};

}  // namespace klaxon::app
