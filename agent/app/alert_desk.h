#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "agent/app/agent_config.h"
#include "agent/app/rule_loop.h"
#include "agent/base/clock.h"
#include "agent/base/latest.h"
#include "agent/base/result.h"
#include "agent/metrics/writer.h"
#include "agent/model/notify_board.h"
#include "agent/model/rule_board.h"
#include "agent/series/keeper.h"
#include "agent/state/database.h"
#include "alerts/notify/notifier.h"

namespace klaxon::app {

/// Rules and those who are told of their alerts, as one part of the agent: what is found by the one
/// is told by the other, and both leave what a restart must know in one transaction.
///
/// Begin, Reload, SetFault and Stop are called by one thread; the rest is thread-safe.
class AlertDesk {
 public:
  /// What it is made from. All of it outlives it.
  struct Parts {
    Clock& clock;
    http::HttpClient& http;
    series::Keeper& series;
  };

  explicit AlertDesk(const Parts& parts) : parts_(parts) {}

  AlertDesk(const AlertDesk&) = delete;
  AlertDesk& operator=(const AlertDesk&) = delete;
  ~AlertDesk() = default;

  /// `open`: the state directory's database; null: there is none. `ready`: every source was polled.
  void Begin(const AgentConfig& config, std::function<Result<state::Database*>()> open,
             std::function<bool()> ready);
  /// Rules and routes together: what the new routes decide on was found under the new rules.
  void Reload(const AgentConfig& config);
  /// The newest configuration was not taken.
  void SetFault(std::string fault);

  /// Ends evaluation.
  void StopRules() { rule_loop_.reset(); }

  /// Ends telling. Nobody may ask for the notifier any more.
  void Stop();

  /// Null: not begun, or stopped.
  notify::Notifier* notifier() const { return telling_.load(); }

  /// Rules and alerts, with what keeps alerts from being told.
  RuleBoardRef Rules() const;
  NotifyBoard Notifications() const;

  void Emit(metrics::MetricWriter& writer) const;

 private:
  const Parts parts_;
  Latest<RuleBoard> board_{std::make_shared<const RuleBoard>()};
  std::unique_ptr<notify::Notifier> notifier_;
  std::atomic<notify::Notifier*> telling_ = nullptr;
  std::unique_ptr<RuleLoop> rule_loop_;
  uint64_t edition_ = 0;  ///< of the configuration
};

}  // namespace klaxon::app
