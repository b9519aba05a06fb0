#include "alerts/notify/hub.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/base/log.h"
#include "alerts/notify/decide.h"

namespace klaxon::notify {
namespace {

constexpr size_t kRecentReceipts = 100;
constexpr size_t kMostUnsaved = 10'000;

/// Firing ones first, each in the order of their labels.
std::vector<alerts::Alert> InOrder(const AlertMap& map) {
  std::vector<alerts::Alert> alerts;
  alerts.reserve(map.size());
  for (const auto& [fingerprint, alert] : map) {
    alerts.push_back(alert);
  }
  std::ranges::sort(alerts, [](const alerts::Alert& left, const alerts::Alert& right) {
    return left.firing() != right.firing() ? left.firing() : left.labels < right.labels;
  });
  return alerts;
}

}  // namespace

Hub::Hub(const Resources& resources) : resources_(resources), started_(resources.clock.Now()) {
  Load();
}

void Hub::Checkpoint(std::string_view step) const {
  if (resources_.checkpoint) {
    resources_.checkpoint(step);
  }
}

void Hub::Load() {
  const Lock order(store_mutex_);
  const Lock lock(mutex_);
  if (resources_.database == nullptr) {
    not_durable_because_ = resources_.missing;
    return;
  }
  Result<Store> store = Store::Make(*resources_.database);
  if (!store) {
    Fail(store.error().message());
    return;
  }
  Result<Contents> contents = store->Load(clock().Now().wall);
  if (!contents) {
    Fail(contents.error().message());
    return;
  }
  store_ = *std::move(store);
  contents_ = *std::move(contents);
  restored_ = contents_.states;
  durable_ = true;
  if (const auto receipts = Store::ReadReceipts(*resources_.database, kRecentReceipts)) {
    recent_.assign(receipts->begin(), receipts->end());
  }
}

void Hub::Fail(const std::string& words) {
  if (durable_ || not_durable_because_.empty()) {
    log::Error("notify",
               "{}; alerts are evaluated and told from memory, and are lost if Klaxon ends now",
               words);
  }
  durable_ = false;
  not_durable_because_ = words;
}

void Hub::Take(Evaluation evaluation) {
  const Lock lock(mutex_);
  for (alerts::Alert& alert : evaluation.alerts) {
    alert = WithOwner(std::move(alert), settings_.owners);
  }
  evaluation_ = std::make_shared<const Evaluation>(std::move(evaluation));
  ++evaluations_;
  poked_ = true;
  changed_.notify_all();
}

void Hub::SetSettings(Settings settings) {
  const Lock lock(mutex_);
  settings_ = std::move(settings);
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
      if (account.told.refused) {  // it may be taken now
        account.told = {.edition = account.told.edition + 1};
        group.next_look = {};
      }
    }
  }
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
  if (evaluation_ != nullptr) {
    const WallTime next = NextLook(contents_.memory);
    if (next < now.wall + kLongest) {
      wait = std::max<Duration>(next - now.wall, std::chrono::milliseconds{1});
    }
  }
  changed_.wait_until(mutex_, stop, now.mono + wait,
                      [&]() KLAXON_REQUIRES(mutex_) { return poked_; });
  return !stop.stop_requested();
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
    const Lock lock(mutex_);
    poked_ = false;
    const WallTime now = clock().Now().wall;
    ForgetOldSilences(now);
    if (evaluation_ != nullptr) {
      contents_.states = evaluation_->states;
      Decide({.alerts = evaluation_->alerts,
              .silences = contents_.silences,
              .settings = settings_,
              .now = now},
             contents_.memory);
    }
  }
  Checkpoint("decided");
  Commit();
  Checkpoint("committed");
}

void Hub::MarkKept(uint64_t version) {
  for (auto& [id, group] : contents_.memory.groups) {
    for (auto& [integration, account] : group.accounts) {
      if (account.pending && account.pending->version <= version) {
        account.pending->kept = true;
      }
    }
  }
}

void Hub::Commit() {
  const Lock order(store_mutex_);
  Store::Draft draft;
  {
    const Lock lock(mutex_);
    draft.version = contents_.memory.last_version;
    if (store_) {
      draft = store_->Prepare(contents_, unsaved_, clock().Now().wall);
    }
  }
  const uint64_t version = draft.version;
  const size_t receipts = draft.receipts;
  const std::optional<Result<void>> done =
      store_ ? std::optional(store_->Write(std::move(draft))) : std::nullopt;
  const Lock lock(mutex_);
  MarkKept(version);
  if (done && *done) {
    unsaved_.erase(unsaved_.begin(), unsaved_.begin() + static_cast<ptrdiff_t>(receipts));
    durable_ = true;
    not_durable_because_.clear();
  } else if (done) {
    Fail(done->error().message());
  }
  if (unsaved_.size() > kMostUnsaved) {
    unsaved_.erase(unsaved_.begin(), unsaved_.end() - kMostUnsaved);
  }
  changed_.notify_all();
}

std::optional<Work> Hub::PickWork(const std::string& integration) const {
  // What is left of the last process waits for what is so now, but not for ever.
  constexpr Duration kForNews = std::chrono::minutes{1};
  if (evaluation_ == nullptr && clock().Now().mono - started_.mono < kForNews) {
    return std::nullopt;
  }
  const GroupId* picked = nullptr;
  const Account* of = nullptr;
  const Group* in = nullptr;
  const auto order = [](const Account& account) {
    return std::pair(account.pending->attempts, account.pending->since);
  };
  for (const auto& [id, group] : contents_.memory.groups) {
    const auto found = group.accounts.find(integration);
    if (found == group.accounts.end() || !found->second.pending || !found->second.pending->kept) {
      continue;
    }
    if (of == nullptr || order(found->second) < order(*of)) {
      picked = &id;
      of = &found->second;
      in = &group;
    }
  }
  if (picked == nullptr) {
    return std::nullopt;
  }
  const WallTime now = clock().Now().wall;
  Work work{.group = *picked, .next = NextOf(*of, now)};
  work.message = {.receiver = picked->receiver,
                  .group_key = picked->key,
                  .group_labels = in->labels,
                  .alerts = InOrder(work.next.alerts),
                  .at = now};
  return work;
}

std::optional<Work> Hub::NextWork(const std::string& integration, MonoTime not_before,
                                  const std::stop_token& stop) {
  constexpr Duration kLongest = std::chrono::minutes{1};
  const Lock lock(mutex_);
  while (!stop.stop_requested()) {
    const MonoTime now = clock().Now().mono;
    std::optional<Work> work = now >= not_before ? PickWork(integration) : std::nullopt;
    if (work) {
      return work;
    }
    const MonoTime due = now < not_before ? not_before : now + kLongest;
    if (now < not_before) {
      changed_.wait_until(mutex_, stop, due, [] { return false; });
    } else {
      changed_.wait_until(mutex_, stop, due, [&]() KLAXON_REQUIRES(mutex_) {
        return PickWork(integration).has_value();
      });
    }
  }
  return std::nullopt;
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

void Hub::Finish(const std::string& integration, const Work& work, const Delivery& delivery) {
  {
    const Lock lock(mutex_);
    const Instant now = clock().Now();
    Count(integration, delivery);
    AddReceipt(integration, work, delivery);
    contents_.not_before.erase(integration);
    if (delivery.outcome == Outcome::kRetry && delivery.retry_after) {
      contents_.not_before[integration] =
          now.wall + std::chrono::duration_cast<WallTime::duration>(*delivery.retry_after);
    }
    const auto group = contents_.memory.groups.find(work.group);
    if (group != contents_.memory.groups.end()) {
      Account& account = group->second.accounts[integration];
      if (delivery.outcome != Outcome::kRetry) {
        Settle(work.next, delivery.outcome == Outcome::kGivenUp, now.wall, contents_.memory,
               account);
      } else if (account.pending) {
        ++account.pending->attempts;
      }
    }
  }
  Commit();
}

Instant Hub::NotBefore(const std::string& integration) const {
  constexpr Duration kLongest = std::chrono::hours{24};
  const Lock lock(mutex_);
  const Instant now = clock().Now();
  const auto found = contents_.not_before.find(integration);
  if (found == contents_.not_before.end()) {
    return {};
  }
  const Duration wait = std::clamp<Duration>(found->second - now.wall, Duration::zero(), kLongest);
  return {.wall = found->second, .mono = now.mono + wait};
}

EvaluationRef Hub::WaitEvaluation(uint64_t& seen, MonoTime due, const std::stop_token& stop) {
  const Lock lock(mutex_);
  changed_.wait_until(mutex_, stop, due,
                      [&]() KLAXON_REQUIRES(mutex_) { return evaluations_ > seen; });
  seen = evaluations_;
  return stop.stop_requested() ? nullptr : evaluation_;
}

void Hub::Pushed(const std::string& feed, const Delivery& delivery) {
  const Lock lock(mutex_);
  Count(feed, delivery);
}

Report Hub::GetReport() const {
  const Lock lock(mutex_);
  Report report{.durable = durable_,
                .not_durable_because = not_durable_because_,
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
