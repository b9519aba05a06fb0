#include "agent/app/alert_desk.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "agent/app/own_rows.h"
#include "agent/metrics/rules.h"
#include "alerts/api/silence_text.h"
#include "alerts/notify/saved_alerts.h"

namespace klaxon::app {
namespace {

BoardSilence Shown(const notify::Silence& silence, WallTime now) {
  return {.id = silence.id,
          .matchers = notify::ToString(silence.matchers),
          .state = std::string(alert_api::StateOf(silence, now)),
          .starts_at = silence.starts_at,
          .ends_at = silence.ends_at,
          .created_by = silence.created_by,
          .comment = silence.comment};
}

BoardReceiver Shown(const notify::SenderReport& sender) {
  return {.id = sender.id,
          .kind = sender.kind,
          .sent = sender.sent,
          .failed = sender.failed,
          .waiting = sender.waiting,
          .oldest = sender.waiting == 0 ? std::nullopt : std::optional(sender.oldest),
          .words = sender.words,
          .failing = sender.failing,
          .last_at = sender.last_at};
}

std::string NameOf(notify::Outcome outcome) {
  switch (outcome) {
    case notify::Outcome::kAccepted:
      return "accepted";
    case notify::Outcome::kRetry:
      return "tried again";
    case notify::Outcome::kGivenUp:
      return "given up";
  }
  std::abort();
}

/// All alerts of a board that fire, in the order of EachFiring.
template <class Board, class Visit>
void EachFiring(Board& board, Visit visit) {
  for (auto& group : board.groups) {
    for (auto& rule : group.rules) {
      for (auto& alert : rule.active) {
        if (alert.phase == "firing") visit(alert);
      }
    }
  }
}

void Annotate(const std::vector<notify::Silence>& silences, const notify::Muted& muted,
              WallTime now, BoardAlert& alert) {
  for (const notify::Silence& silence : silences) {
    if (std::ranges::find(muted.silenced_by, silence.id) != muted.silenced_by.end()) {
      alert.silenced.push_back(Shown(silence, now));
    }
  }
  alert.inhibited = !muted.inhibited_by.empty();
}

}  // namespace

void AlertDesk::Begin(const AgentConfig& config, std::function<Result<state::Database*>()> open,
                      std::function<bool()> ready) {
  notifier_ = std::make_unique<notify::Notifier>(
      notify::Resources{.clock = parts_.clock,
                        .http = parts_.http,
                        .open = std::move(open),
                        .missing = "there is no state.directory"},
      config.notify);
  telling_.store(notifier_.get());
  rule_loop_ = std::make_unique<RuleLoop>(
      RuleResources{
          .clock = parts_.clock,
          .series = parts_.series,
          .board = board_,
          .ready = std::move(ready),
          .tell =
              [this](const std::vector<alerts::Alert>& alerts, const alerts::SavedAlerts& saved,
                     const Instant& at, uint64_t edition) {
                notifier_->Tell({.alerts = alerts,
                                 .at = at,
                                 .states = notify::ToStates(saved),
                                 .edition = edition});
              },
          .restored = notify::FromStates(notifier_->RestoredStates()),
          .restored_late = [this]() -> std::optional<alerts::SavedAlerts> {
            const auto states = notifier_->TakeLateStates();
            return states ? std::optional(notify::FromStates(*states)) : std::nullopt;
          }},
      config.rules);
}

void AlertDesk::Reload(const AgentConfig& config) {
  notify::Settings telling = config.notify;
  RuleSettings rules = config.rules;
  telling.edition = rules.edition = ++edition_;
  notifier_->Reload(std::move(telling));
  rule_loop_->Use(rules);
}

void AlertDesk::SetFault(std::string fault) {
  rule_loop_->SetFault(std::move(fault));
}

void AlertDesk::Stop() {
  telling_.store(nullptr);
  notifier_.reset();
}

RuleBoardRef AlertDesk::Rules() const {
  const RuleBoardRef board = board_.Get();
  const notify::Notifier* const telling = telling_.load();
  std::vector<alerts::Alert> firing;
  EachFiring(*board, [&](const BoardAlert& alert) {
    firing.push_back(
        {.labels = WithExternalLabels(series::Labels(alert.labels), board->external_labels),
         .starts_at = alert.active_since});
  });
  if (telling == nullptr || firing.empty()) return board;
  const std::vector<notify::Muted> muted = telling->MutedOf(std::move(firing));
  if (std::ranges::none_of(muted, &notify::Muted::any)) return board;
  const std::vector<notify::Silence> silences = telling->Silences();
  const WallTime now = parts_.clock.Now().wall;
  auto annotated = std::make_shared<RuleBoard>(*board);
  auto next = muted.begin();
  EachFiring(*annotated, [&](BoardAlert& alert) { Annotate(silences, *next++, now, alert); });
  return annotated;
}

NotifyBoard AlertDesk::Notifications() const {
  const notify::Notifier* const telling = telling_.load();
  if (telling == nullptr) return {};
  const notify::Report report = telling->GetReport();
  NotifyBoard board{.durable = report.durable, .not_durable_because = report.not_durable_because};
  const WallTime now = parts_.clock.Now().wall;
  for (const notify::Silence& silence : telling->Silences()) {
    board.silences.push_back(Shown(silence, now));
  }
  for (const notify::SenderReport& sender : report.senders) {
    board.receivers.push_back(Shown(sender));
  }
  for (const notify::Receipt& receipt : report.receipts) {
    board.receipts.push_back({.at = receipt.at,
                              .integration = receipt.integration,
                              .group_key = receipt.group_key,
                              .outcome = NameOf(receipt.outcome),
                              .words = receipt.words,
                              .firing = receipt.firing,
                              .resolved = receipt.resolved});
  }
  return board;
}

void AlertDesk::Emit(metrics::MetricWriter& writer) const {
  metrics::EmitRules(*board_.Get(), writer);
  if (const notify::Notifier* telling = telling_.load()) {
    EmitNotifier(telling->GetReport(), parts_.clock.Now().wall, writer);
  }
}

}  // namespace klaxon::app
