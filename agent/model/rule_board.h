#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/clock.h"
#include "agent/model/notify_board.h"
#include "agent/model/unknown_scope.h"

/// Rules and their alerts as the last evaluation left them: what is shown of them. Made by whoever
/// evaluates, read by everyone else; plain values.
namespace klaxon {

using TextPairs = std::vector<std::pair<std::string, std::string>>;

struct BoardAlert {
  TextPairs labels{};
  TextPairs annotations{};
  std::string phase{};  ///< "pending", "firing", or "inactive" for one that was resolved
  double value = 0;
  WallTime active_since{};
  std::optional<WallTime> fired_at{};
  std::optional<WallTime> resolved_at{};
  std::optional<WallTime> keep_firing_since{};
  std::optional<WallTime> unknown_since{};  ///< held: what it is made of is not known
  std::string unknown_why{};                ///< for people
  std::vector<BoardSilence> silenced{};     ///< by these; it is not told
  bool inhibited = false;                   ///< likewise, because another one fires
};

struct BoardRule {
  bool alerts = false;  ///< else it records
  std::string name{};
  std::string expression{};
  Duration hold_for{};
  Duration keep_firing_for{};
  TextPairs labels{};  ///< as its file has them
  TextPairs annotations{};
  std::string health{};  ///< "ok", "err", "unknown": Prometheus' words
  std::string error{};   ///< of the last evaluation
  std::vector<std::string> warnings{};
  std::optional<WallTime> evaluated_at{};
  Duration took{};
  uint64_t evaluations = 0;
  uint64_t failures = 0;
  std::vector<BoardAlert> active{};
};

struct BoardGroup {
  std::string name{};
  std::string file{};
  Duration interval{};
  Duration query_offset{};  ///< how far back its queries look
  int64_t limit = 0;
  std::optional<WallTime> evaluated_at{};
  Duration took{};
  uint64_t missed = 0;  ///< evaluations left out because the one before took too long
  std::vector<BoardRule> rules{};
};

/// Memory for samples of the past, which rules that look back need.
struct BoardHistory {
  size_t bytes = 0;
  size_t budget = 0;
  uint64_t dropped = 0;  ///< samples, since the start, because the budget was used up
};

/// Immutable once published.
struct RuleBoard {
  std::vector<BoardGroup> groups{};
  bool holds_unknown = true;  ///< else alerts resolve when their facts are missing
  /// On every alert that is told, where it has no such label of its own.
  std::map<std::string, std::string> external_labels{};
  /// Why the rules are not those of the newest files; empty: they are.
  std::string fault{};
  /// What rules could not see after the last evaluation.
  UnknownScopesRef unknown = std::make_shared<const UnknownScopes>();
  BoardHistory history{};
};

using RuleBoardRef = std::shared_ptr<const RuleBoard>;

}  // namespace klaxon
