#include "alerts/notify/hub.h"

#include <algorithm>
#include <utility>

#include "agent/base/log.h"
#include "alerts/notify/decide.h"

namespace klaxon::notify {

Hub::Hub(const Resources& resources) : resources_(resources) {
  Load();
}

void Hub::Checkpoint(std::string_view step) const {
  if (resources_.checkpoint) {
    resources_.checkpoint(step);
  }
}

void Hub::Take(Evaluation evaluation) {
  const Lock lock(mutex_);
  for (alerts::Alert& alert : evaluation.alerts) {
    alert = WithOwner(std::move(alert), settings_.owners);
  }
  evaluation_ = std::make_shared<const Evaluation>(std::move(evaluation));
  late_due_ = late_taken_;
  ++evaluations_;
  poked_ = true;
  changed_.notify_all();
}

void Hub::SetSettings(Settings settings) {
  const Lock lock(mutex_);
  if (!settings_.empty()) {  // a reload: who asked for patience may be another one now
    contents_.not_before.clear();
  }
  settings_ = std::move(settings);
  settings_at_ = clock().Now().mono;
  unasked_ = true;
  std::map<std::string, SenderReport> kept;
  const auto keep = [&](const std::string& id, const std::string& kind) KLAXON_REQUIRES(mutex_) {
    SenderReport report = senders_[id];
    report.id = id;
    report.kind = kind;
    kept[id] = std::move(report);
  };
  for (const Integration& integration : settings_.integrations) {
    keep(integration.id, integration.kind);
  }
  for (const FeedSettings& feed : settings_.feeds) {
    keep(feed.id, feed.kind);
  }
  senders_ = std::move(kept);
  for (auto& [id, group] : contents_.memory.groups) {
    for (auto& [integration, account] : group.accounts) {
      if (account.pending) {
        account.pending->not_before = {};
        account.pending->kept = false;  // the new routes are asked first
      }
      if (account.told.refused) {  // it may be taken now
        account.told.refused = false;
        group.next_look = {};
      }
    }
  }
  due_.Rebuild(contents_.memory);
  poked_ = true;
  changed_.notify_all();
}

std::map<std::string, std::string> Hub::RestoredStates() const {
  const Lock lock(mutex_);
  return restored_;
}

bool Hub::WaitToDecide(const std::stop_token& stop) {
  constexpr Duration kLongest = std::chrono::seconds{5};  // the wall clock may jump
  const Lock lock(mutex_);
  const Instant now = clock().Now();
  Duration wait = kLongest;
  if (evaluation_ != nullptr && !AwaitsNews()) {
    const WallTime next = NextLook(contents_.memory);
    if (next < now.wall + kLongest) {
      wait = std::max<Duration>(next - now.wall, std::chrono::milliseconds{1});
    }
  }
  changed_.wait_until(mutex_, stop, now.mono + wait,
                      [&]() KLAXON_REQUIRES(mutex_) { return poked_; });
  return !stop.stop_requested();
}

bool Hub::AwaitsNews() const {
  return (evaluation_ == nullptr || evaluation_->edition < settings_.edition) &&
         clock().Now().mono - settings_at_ < kForNews;
}

bool Hub::HasNews() const {
  const Lock lock(mutex_);
  return poked_;
}

void Hub::ForgetOldSilences(WallTime now) {
  constexpr auto kKept = std::chrono::hours{24} * 5;  // Alertmanager's --data.retention
  std::erase_if(contents_.silences,
                [&](const Silence& silence) { return now - silence.ends_at > kKept; });
}

void Hub::DecideNow() {
  {
    const Lock order(store_mutex_);
    const Lock lock(mutex_);
    poked_ = false;
    decided_ = true;
    if (late_due_) {
      MergeLate();
    }
    const WallTime now = clock().Now().wall;
    ForgetOldSilences(now);
    if (evaluation_ != nullptr) {
      contents_.states = evaluation_->states;
    }
    unasked_ = AwaitsNews();
    if (evaluation_ != nullptr && !unasked_) {
      Decide({.alerts = evaluation_->alerts,
              .silences = contents_.silences,
              .settings = settings_,
              .now = now},
             contents_.memory);
    } else if (!unasked_) {
      HoldMuted(settings_, contents_.silences, now, contents_.memory);
    }
    due_.Rebuild(contents_.memory);
  }
  Checkpoint("decided");
  Commit();
  Checkpoint("committed");
}

void Hub::Count(const std::string& id, const Delivery& delivery) {
  const auto found = senders_.find(id);
  if (found == senders_.end()) {
    return;
  }
  SenderReport& report = found->second;
  const bool failing = delivery.outcome != Outcome::kAccepted;
  if (failing && !report.failing) {
    log::Warning("notify/" + id, "{}", delivery.words);
  } else if (!failing && report.failing) {
    log::Info("notify/" + id, "it is accepted again: {}", delivery.words);
  }
  ++(failing ? report.failed : report.sent);
  report.failing = failing;
  report.words = delivery.words;
  report.last_at = clock().Now().wall;
}

void Hub::AddReceipt(const std::string& integration, const Work& work, const Delivery& delivery) {
  const auto firing = std::ranges::count_if(work.message.alerts, &alerts::Alert::firing);
  const Receipt receipt{.at = clock().Now().wall,
                        .integration = integration,
                        .group_key = work.group.key,
                        .outcome = delivery.outcome,
                        .words = delivery.words,
                        .firing = firing,
                        .resolved = std::ssize(work.message.alerts) - firing};
  unsaved_.push_back(receipt);
  recent_.push_front(receipt);
  if (recent_.size() > kRecentReceipts) {
    recent_.pop_back();
  }
}

EvaluationRef Hub::WaitEvaluation(uint64_t& seen, MonoTime due, const std::stop_token& stop) {
  const Lock lock(mutex_);
  changed_.wait_until(mutex_, stop, due, [&]() KLAXON_REQUIRES(mutex_) {
    return evaluations_ > seen && !AwaitsNews();
  });
  if (stop.stop_requested() || AwaitsNews()) {
    return nullptr;
  }
  seen = evaluations_;
  return evaluation_;
}

void Hub::Pushed(const std::string& feed, const Delivery& delivery) {
  const Lock lock(mutex_);
  Count(feed, delivery);
}

Report Hub::GetReport() const {
  const Lock lock(mutex_);
  Report report{.durable = durable_,
                .not_durable_because = not_durable_because_,
                .accounts_examined = due_.accounts_examined(),
                .receipts = {recent_.begin(), recent_.end()}};
  std::map<std::string, SenderReport> senders = senders_;
  for (const auto& [id, group] : contents_.memory.groups) {
    for (const auto& [integration, account] : group.accounts) {
      const auto found = senders.find(integration);
      if (!account.pending || found == senders.end()) {
        continue;
      }
      SenderReport& sender = found->second;
      sender.oldest = sender.waiting == 0 ? account.pending->since
                                          : std::min(sender.oldest, account.pending->since);
      ++sender.waiting;
    }
  }
  for (auto& [id, sender] : senders) {
    report.senders.push_back(std::move(sender));
  }
  return report;
}

}  // namespace klaxon::notify
