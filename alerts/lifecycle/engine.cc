#include "alerts/lifecycle/engine.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "agent/base/fnv1a.h"

namespace klaxon::alerts {
namespace {

/// A pending alert that was not looked at for longer than this is a new one
/// (`rules.alert.for-outage-tolerance`).
constexpr std::chrono::hours kOutageTolerance{1};

/// The same in every process.
uint64_t HashOf(const rules::Group& group) {
  constexpr unsigned char kSeparator = 0xff;
  return Fnv1a().Add(group.name).AddByte(kSeparator).Add(group.file).AddByte(kSeparator).value();
}

/// Alerts, each set of labels once: receivers know them by nothing else.
class AlertList {
 public:
  void Add(const ActiveAlert& active, const std::string& address, Duration interval = {}) {
    std::optional<Alert> alert = AsAlert(active, address);
    if (!alert) return;
    alert->interval = interval;
    const auto [place, is_new] = places_.try_emplace(active.labels, alerts_.size());
    if (is_new) {
      alerts_.push_back(*std::move(alert));
    } else if (CountsMore(*alert, alerts_[place->second])) {
      alerts_[place->second] = *std::move(alert);
    }
  }

  std::vector<Alert> Take() && { return std::move(alerts_); }

 private:
  /// What fires, the longer the better; else what ended last.
  static bool CountsMore(const Alert& one, const Alert& other) {
    if (one.firing() != other.firing()) return one.firing();
    return one.firing() ? one.starts_at < other.starts_at : one.ends_at > other.ends_at;
  }

  std::vector<Alert> alerts_{};
  std::map<series::Labels, size_t> places_{};
};

/// Nobody looked since `saved_at`. What people wait for to end by `keep_firing_for` was known.
void MarkUnseen(WallTime saved_at, WallTime kept_until, ActiveAlert& alert) {
  if (alert.phase == Phase::kResolved || alert.keep_firing_since) return;
  alert.unknown_since = alert.unknown_since.value_or(saved_at);
  alert.unknown_why = "Klaxon was not running";
  alert.outage_since = alert.unknown_since;
  alert.forgotten = std::max(saved_at - kept_until, WallTime::duration::zero());
}

}  // namespace

WallTime NextSlot(const rules::Group& group, Duration interval, WallTime now) {
  const int64_t length = std::max<int64_t>(interval.count(), 1);
  const auto offset = static_cast<int64_t>(HashOf(group) % static_cast<uint64_t>(length));
  const int64_t time =
      std::chrono::duration_cast<Duration>(now.time_since_epoch()).count() - offset;
  const int64_t slots = time / length + (time >= 0 ? 1 : 0);
  return WallTime(
      std::chrono::duration_cast<WallTime::duration>(Duration(slots * length + offset)));
}

Engine::Engine(EngineOptions options) : options_(std::move(options)) {
}

void Engine::Orphan(ActiveAlert alert, WallTime now) {
  if (alert.phase == Phase::kPending) return;
  alert.phase = Phase::kResolved;
  alert.resolved_at = alert.resolved_at.value_or(now);
  alert.unknown_since.reset();
  alert.unknown_why.clear();
  orphans_.push_back(std::move(alert));
}

Engine::Entry Engine::EntryFor(rules::Group group, const std::vector<Entry>& before,
                               WallTime now) const {
  Entry entry{.state = GroupState(std::move(group))};
  const rules::Group& own = entry.state.group();
  entry.due = NextSlot(own, IntervalOf(own), now);
  const auto same = std::ranges::find_if(before, [&](const Entry& each) {
    return each.state.group().name == own.name && each.state.group().file == own.file;
  });
  if (same != before.end()) {
    entry.state.Continue(same->state);
    entry.due = std::min(entry.due, same->due);
  }
  return entry;
}

Successors Engine::RulesInForce() {
  std::vector<std::pair<RuleIdentity, RuleState*>> rules;
  for (Entry& entry : entries_) {
    std::ranges::move(entry.state.NamedRules(), std::back_inserter(rules));
  }
  return Successors(std::move(rules));
}

void Engine::Use(std::vector<rules::Group> groups, WallTime now, SampleSink& sink) {
  std::vector<Entry> before = std::exchange(entries_, {});
  for (rules::Group& group : groups) {
    entries_.push_back(EntryFor(std::move(group), before, now));
  }
  const Successors successors = RulesInForce();
  for (Entry& entry : before) {
    for (const auto& [identity, rule] : entry.state.NamedRules()) {
      if (RuleState* const next = successors.Of(identity, rule->rule().alerts)) {
        next->Continue(std::move(*rule));
        continue;
      }
      rule->EndSeries(sink, Milliseconds(now));
      for (const auto& [labels, alert] : rule->alerts()) {
        Orphan(alert, now);
      }
    }
  }
}

void Engine::Restore(SavedAlerts saved, WallTime now, WallTime kept_until) {
  const Duration away = std::max(now - saved.at, WallTime::duration::zero());
  const Successors successors = RulesInForce();
  for (SavedAlert& each : saved.alerts) {
    if (each.alert.phase == Phase::kPending) {
      if (away > kOutageTolerance) continue;
      each.alert.active_since += std::chrono::duration_cast<WallTime::duration>(away);
    }
    if (options_.surroundings.settling) {
      MarkUnseen(std::min(saved.at, now), kept_until, each.alert);
    }
    if (RuleState* const rule = successors.Of(each.rule, true)) {
      rule->Adopt(std::move(each.alert));
    } else {
      Orphan(std::move(each.alert), now);
    }
  }
}

bool Engine::EvaluateDue(WallTime now, const series::Queryable& series, SampleSink& sink,
                         const GroupState::Stopwatch& stopwatch) {
  bool evaluated = false;
  for (Entry& entry : entries_) {
    const Duration interval = IntervalOf(entry.state.group());
    const WallTime next = NextSlot(entry.state.group(), interval, now);
    if (entry.due > next) entry.due = next;  // the wall clock was set back
    if (entry.due > now) continue;
    // Of several slots that have passed, the last counts.
    const WallTime slot = next - std::chrono::duration_cast<WallTime::duration>(interval);
    if (slot > entry.due) {
      entry.state.Missed(static_cast<uint64_t>((slot - entry.due) / interval));
    }
    entry.due = next;
    entry.state.Evaluate({.now = slot,
                          .seen_at = now,
                          .query_offset = options_.query_offset,
                          .source = series,
                          .sink = sink,
                          .surroundings = options_.surroundings},
                         stopwatch);
    evaluated = true;
  }
  if (!evaluated) return false;
  std::erase_if(orphans_, [&](const ActiveAlert& alert) {
    return now - alert.resolved_at.value_or(now) > kResolvedRetention;
  });
  return true;
}

std::optional<WallTime> Engine::NextDue() const {
  std::optional<WallTime> next;
  for (const Entry& entry : entries_) {
    next = std::min(next.value_or(entry.due), entry.due);
  }
  return next;
}

std::vector<Alert> Engine::Alerts() const {
  AlertList alerts;
  for (const Entry& entry : entries_) {
    for (const RuleState& rule : entry.state.rules()) {
      if (rule.alerts().empty()) continue;
      const std::string address = options_.address_of ? options_.address_of(rule.rule()) : "";
      for (const auto& [labels, active] : rule.alerts()) {
        alerts.Add(active, address, IntervalOf(entry.state.group()));
      }
    }
  }
  for (const ActiveAlert& orphan : orphans_) {
    alerts.Add(orphan, "");
  }
  return std::move(alerts).Take();
}

SavedAlerts Engine::Save(WallTime now) const {
  SavedAlerts saved{.at = now};
  for (const Entry& entry : entries_) {
    std::vector<SavedAlert> alerts = entry.state.Save();
    std::move(alerts.begin(), alerts.end(), std::back_inserter(saved.alerts));
  }
  return saved;
}

std::vector<const GroupState*> Engine::groups() const {
  std::vector<const GroupState*> groups;
  for (const Entry& entry : entries_) {
    groups.push_back(&entry.state);
  }
  return groups;
}

}  // namespace klaxon::alerts
