#include "agent/app/rule_loop.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "agent/base/log.h"
#include "agent/base/thread_name.h"
#include "alerts/lifecycle/board.h"
#include "alerts/lifecycle/unknown.h"
#include "exporters/status_page/runbook.h"

namespace klaxon::app {
namespace {

using std::chrono::seconds;

constexpr Duration kLookForRules =
    seconds{1};  // at most until new rules, or another time, are seen
constexpr Duration kLongestQuery = seconds{10};
constexpr Duration kStillAlive = seconds{5};

class KeeperSink final : public alerts::SampleSink {
 public:
  explicit KeeperSink(series::Keeper& keeper) : keeper_(keeper) {}

  void Append(const series::LabelsRef& labels, series::Sample sample) override {
    keeper_.Append(*labels, sample);
  }

 private:
  series::Keeper& keeper_;
};

std::vector<const rules::Rule*> AllRules(const alerts::Engine& engine) {
  std::vector<const rules::Rule*> rules;
  for (const alerts::GroupState* const group : engine.groups()) {
    for (const alerts::RuleState& rule : group->rules()) {
      rules.push_back(&rule.rule());
    }
  }
  return rules;
}

/// Recording rules that were not evaluated yet, as UnknownFacts asks for them; empty: there is
/// none.
alerts::UnknownFacts::Waits WaitingFor(const alerts::Engine& engine) {
  std::map<const rules::Rule*, const alerts::RuleState*> waiting;
  for (const alerts::GroupState* const group : engine.groups()) {
    for (const alerts::RuleState& state : group->rules()) {
      if (!state.rule().alerts && !state.report().evaluated_at) {
        waiting.emplace(&state.rule(), &state);
      }
    }
  }
  if (waiting.empty()) return {};
  return [waiting = std::move(waiting)](const rules::Rule& recording) {
    const auto state = waiting.find(&recording);
    return state != waiting.end() && !state->second->report().evaluated_at;
  };
}

/// The path of "http://klaxon:9308/kafka": "/kafka".
std::string PathOf(const std::string& url) {
  const size_t host = url.find("://");
  const size_t path = url.find('/', host == std::string::npos ? 0 : host + 3);
  return path == std::string::npos ? "" : url.substr(path);
}

}  // namespace

std::string RunbookAddress(const std::string& runbook, const std::string& external_url) {
  const std::string_view name = status_page::RunbookIn(runbook);
  if (name.empty() || external_url.empty()) return runbook;
  const bool slash = external_url.ends_with('/');
  return fmt::format("{}{}runbooks/{}", external_url, slash ? "" : "/", name);
}

series::Labels WithExternalLabels(const series::Labels& labels,
                                  const std::map<std::string, std::string>& external) {
  series::LabelsBuilder all(labels);
  for (const auto& [name, value] : external) {
    if (labels.Get(name).empty()) all.Set(name, value);
  }
  return all.Build();
}

RuleLoop::RuleLoop(RuleResources resources, const RuleSettings& settings)
    : resources_(std::move(resources)), next_(settings), news_(true) {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void RuleLoop::Use(const RuleSettings& settings) {
  const Lock lock(mutex_);
  next_ = settings;
  fault_.clear();
  news_ = true;
}

void RuleLoop::SetFault(std::string fault) {
  const Lock lock(mutex_);
  fault_ = std::move(fault);
  news_ = true;
}

void RuleLoop::TakeSettings() {
  std::optional<RuleSettings> settings;
  {
    const Lock lock(mutex_);
    settings = std::exchange(next_, std::nullopt);
  }
  if (!settings) return;
  for (const std::string& line : RuleAdvice(*settings)) {
    log::Warning("rules", "{}", line);
  }
  edition_ = settings->edition;
  hold_unknown_ = settings->hold_unknown;
  external_labels_ = settings->external_labels;
  resources_.series.SetHistory(HistoryOf(*settings));
  settling_.emplace(settings->groups, settings->interval);
  alerts::Surroundings surroundings{.external_labels = std::move(settings->external_labels),
                                    .external_url = settings->external_url,
                                    .path_prefix = PathOf(settings->external_url)};
  surroundings.runbook_address = [url = settings->external_url](const std::string& runbook) {
    return RunbookAddress(runbook, url);
  };
  surroundings.query.expired = [this] {
    return resources_.clock.Now().mono - rule_began_ > kLongestQuery;
  };
  if (hold_unknown_) {
    surroundings.settling = [this](const rules::Rule& rule, Duration outage) {
      return settling_->After(outage, rule);
    };
  }
  const std::string url = settings->external_url;
  engine_.SetOptions({.interval = settings->interval,
                      .query_offset = settings->query_offset,
                      .surroundings = std::move(surroundings),
                      .address_of = [url](const rules::Rule&) {
                        return url.empty() ? std::string() : url + "/#rules";
                      }});
  const WallTime now = resources_.clock.Now().wall;
  KeeperSink sink(resources_.series);
  engine_.Use(std::move(settings->groups), now, sink);
  if (!std::exchange(restored_, true)) engine_.Restore(resources_.restored, now, KeptUntil());
}

WallTime RuleLoop::KeptUntil() const {
  return WallTime(std::chrono::milliseconds(resources_.series.RecalledUntil()));
}

bool RuleLoop::TakeNews() {
  const Lock lock(mutex_);
  return std::exchange(news_, false);
}

void RuleLoop::Publish() {
  RuleBoard board = alerts::BoardOf(engine_);
  board.unknown = resources_.series.unknown();
  const series::StoreNumbers numbers = resources_.series.numbers();
  board.history = {.bytes = numbers.history_bytes,
                   .budget = numbers.history_budget,
                   .dropped = numbers.dropped_samples};
  {
    const Lock lock(mutex_);
    board.fault = fault_;
    board.holds_unknown = hold_unknown_;
    board.external_labels = external_labels_;
  }
  resources_.board.Set(std::make_shared<const RuleBoard>(std::move(board)));
}

/// Only what fired: what is pending or over now was judged by what is known now.
bool RuleLoop::RestoreLate() {
  std::optional<alerts::SavedAlerts> saved =
      resources_.restored_late ? resources_.restored_late() : std::nullopt;
  if (!saved) return false;
  std::erase_if(saved->alerts,
                [](const auto& each) { return each.alert.phase != alerts::Phase::kFiring; });
  engine_.Restore(*std::move(saved), resources_.clock.Now().wall, KeptUntil());
  return true;
}

void RuleLoop::Evaluate() {
  const bool restored = RestoreLate();
  const Instant now = resources_.clock.Now();
  // The series may be sampled anew between two rules: what was unknown on either side counts, or an
  // alert would be resolved because one rule saw less than the next knew.
  const std::vector<const rules::Rule*> rules = AllRules(engine_);
  const UnknownScopesRef at_first = resources_.series.unknown();
  alerts::UnknownFacts before(rules, at_first, WaitingFor(engine_));
  UnknownScopesRef at_last = at_first;
  alerts::UnknownFacts after(rules, at_first);
  const auto why = [&](const rules::Rule& rule,
                       const series::Labels& labels) -> std::optional<std::string> {
    if (!hold_unknown_) return std::nullopt;
    if (std::optional<std::string> first = before.Concern(rule, labels)) return first;
    const UnknownScopesRef scopes = resources_.series.unknown();
    if (scopes != at_last) after = alerts::UnknownFacts(rules, scopes);
    at_last = scopes;
    return after.Concern(rule, labels);
  };
  engine_.SetUnknown(why);
  KeeperSink sink(resources_.series);
  // Of the wall clock only the keeper's reading counts: it is never set back.
  const WallTime seen =
      std::max(now.wall, WallTime(std::chrono::milliseconds(resources_.series.newest())));
  const bool evaluated = engine_.EvaluateDue(seen, resources_.series.queryable(), sink, [this] {
    return rule_began_ = resources_.clock.Now().mono;
  });
  engine_.SetUnknown({});
  // Also when no group is due for long: whoever is told knows by it that somebody looks.
  const bool news = TakeNews() || evaluated || restored;
  if (!news && now.mono - told_ < kStillAlive) return;
  told_ = now.mono;
  Publish();
  if (!resources_.tell) return;
  std::vector<alerts::Alert> alerts = engine_.Alerts();
  for (alerts::Alert& alert : alerts) {
    alert.labels = WithExternalLabels(alert.labels, external_labels_);
  }
  resources_.tell(alerts, engine_.Save(now.wall), now, edition_);
}

bool RuleLoop::WaitUntilReady(const std::stop_token& stop) {
  constexpr Duration kShort = std::chrono::milliseconds{100};
  while (!stop.stop_requested()) {
    TakeSettings();
    if (resources_.series.newest() != 0 && resources_.ready()) return true;
    if (!resources_.clock.SleepUntil(resources_.clock.Now().mono + kShort, stop)) return false;
  }
  return false;
}

void RuleLoop::Run(const std::stop_token& stop) {
  NameThisThread("rules");
  if (!WaitUntilReady(stop)) return;
  while (!stop.stop_requested()) {
    try {
      TakeSettings();
      Evaluate();
    } catch (const std::exception& failure) {  // out of memory, or a defect: the next may do
      log::Error("rules", "no evaluation: {}", failure.what());
    }
    const Instant now = resources_.clock.Now();
    const Duration wait = engine_.NextDue()
                              ? std::clamp<Duration>(*engine_.NextDue() - now.wall,
                                                     std::chrono::milliseconds{1}, kLookForRules)
                              : kLookForRules;
    if (!resources_.clock.SleepUntil(now.mono + wait, stop)) return;
  }
}

}  // namespace klaxon::app
