#include "alerts/lifecycle/engine.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace klaxon::alerts {
namespace {

/// A pending alert that was not looked at for longer than this is a new one
/// (`rules.alert.for-outage-tolerance`).
constexpr std::chrono::hours kOutageTolerance{1};

/// FNV-1a: the same in every process.
uint64_t HashOf(const rules::Group& group) {
  uint64_t hash = 14'695'981'039'346'656'037U;
  for (const std::string* const text : {&group.name, &group.file}) {
    for (const char c : *text + '\xff') {
      hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
    }
  }
  return hash;
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

void Engine::Orphan(std::vector<SavedAlert> alerts, WallTime now) {
  for (SavedAlert& each : alerts) {
    if (each.alert.phase == Phase::kPending) continue;
    each.alert.phase = Phase::kResolved;
    each.alert.resolved_at = each.alert.resolved_at.value_or(now);
    each.alert.unknown_since.reset();
    orphans_.push_back(std::move(each.alert));
  }
}

void Engine::Use(std::vector<rules::Group> groups, WallTime now, SampleSink& sink) {
  std::vector<SavedAlert> saved = Save(now).alerts;
  for (Entry& entry : entries_) {
    entry.state.EndSeries(sink, Milliseconds(now));
  }
  entries_.clear();
  for (rules::Group& group : groups) {
    const WallTime due = NextSlot(group, IntervalOf(group), now);
    entries_.push_back({.state = GroupState(std::move(group)), .due = due});
    saved = entries_.back().state.Restore(std::move(saved));
  }
  Orphan(std::move(saved), now);
}

void Engine::Restore(SavedAlerts saved, WallTime now) {
  const Duration away = std::max(now - saved.at, WallTime::duration::zero());
  std::vector<SavedAlert> alerts;
  for (SavedAlert& each : saved.alerts) {
    if (each.alert.phase == Phase::kPending) {
      if (away > kOutageTolerance) continue;
      each.alert.active_since += std::chrono::duration_cast<WallTime::duration>(away);
    }
    alerts.push_back(std::move(each));
  }
  for (Entry& entry : entries_) {
    alerts = entry.state.Restore(std::move(alerts));
  }
  Orphan(std::move(alerts), now);
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
    if (slot > entry.due) missed_ += static_cast<uint64_t>((slot - entry.due) / interval);
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
  std::vector<Alert> alerts;
  const auto add = [&](const ActiveAlert& active, const std::string& address) {
    if (std::optional<Alert> alert = AsAlert(active, address)) alerts.push_back(*std::move(alert));
  };
  for (const Entry& entry : entries_) {
    for (const RuleState& rule : entry.state.rules()) {
      if (rule.alerts().empty()) continue;
      const std::string address = options_.address_of ? options_.address_of(rule.rule()) : "";
      for (const auto& [labels, active] : rule.alerts()) {
        add(active, address);
      }
    }
  }
  for (const ActiveAlert& orphan : orphans_) {
    add(orphan, "");
  }
  return alerts;
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
