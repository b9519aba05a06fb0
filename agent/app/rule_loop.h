#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/app/rule_settings.h"
#include "agent/base/clock.h"
#include "agent/base/latest.h"
#include "agent/base/mutex.h"
#include "agent/model/rule_board.h"
#include "agent/series/keeper.h"
#include "alerts/lifecycle/engine.h"
#include "alerts/lifecycle/settling.h"

namespace klaxon::app {

/// The labels of an alert as others are told of it: where it has none of that name, the external
/// ones are added, as Prometheus does (prometheus/notifier/notifier.go).
series::Labels WithExternalLabels(const series::Labels& labels,
                                  const std::map<std::string, std::string>& external);

/// Where people find a runbook: of one that Klaxon serves the address below `external_url`, so that
/// who is paged gets there from anywhere; of others, or without such an URL, `runbook` as it is.
std::string RunbookAddress(const std::string& runbook, const std::string& external_url);

/// What rules are evaluated with. All of it outlives the loop.
struct RuleResources {
  Clock& clock;
  series::Keeper& series;
  Latest<RuleBoard>& board;  ///< what is shown; set after each evaluation
  /// Whether the keeper has sampled a view in which every source had been polled once: before that
  /// every rule about something absent would be right.
  std::function<bool()> ready;
  /// Told after each evaluation of all alerts that fire or were resolved lately, of what a restart
  /// must know, and of the edition of the settings that it was made by. May be empty.
  std::function<void(const std::vector<alerts::Alert>& alerts, const alerts::SavedAlerts& saved,
                     const Instant& at, uint64_t edition)>
      tell{};
  /// What the last process told last.
  alerts::SavedAlerts restored{};
  /// The same if it could not be read at the start and can be now: once; nothing otherwise. May be
  /// empty.
  std::function<std::optional<alerts::SavedAlerts>()> restored_late{};
};

/// The thread that evaluates rules: each group at its times, on what the keeper has, and writes
/// what rules record back into it.
class RuleLoop {
 public:
  RuleLoop(RuleResources resources, const RuleSettings& settings);
  RuleLoop(const RuleLoop&) = delete;
  RuleLoop& operator=(const RuleLoop&) = delete;
  ~RuleLoop() = default;

  /// Other rules from now on. Alerts of rules that stay go on. Thread-safe.
  void Use(const RuleSettings& settings);

  /// The newest files were not taken; shown until others are. Thread-safe.
  void SetFault(std::string fault);

 private:
  void Run(const std::stop_token& stop);
  bool WaitUntilReady(const std::stop_token& stop);
  void TakeSettings();
  WallTime KeptUntil() const;
  bool TakeNews();
  void Evaluate();
  bool RestoreLate();
  void Publish();

  const RuleResources resources_;
  Mutex mutex_;
  std::optional<RuleSettings> next_ KLAXON_GUARDED_BY(mutex_);
  std::string fault_ KLAXON_GUARDED_BY(mutex_);
  bool news_ KLAXON_GUARDED_BY(mutex_) = false;  ///< to be shown without an evaluation
  // Of the thread:
  alerts::Engine engine_{alerts::EngineOptions{}};
  uint64_t edition_ = 0;
  bool hold_unknown_ = true;
  std::map<std::string, std::string> external_labels_{};
  std::optional<alerts::Settling> settling_{};
  bool restored_ = false;
  MonoTime told_{};
  MonoTime rule_began_{};  ///< so that no query takes for ever
  std::jthread thread_;    // last: joined before anything it uses is gone
};

}  // namespace klaxon::app
