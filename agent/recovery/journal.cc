#include "agent/recovery/journal.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "agent/recovery/poison.h"

namespace klaxon::recovery {
namespace {

using Connectors = std::map<std::string, ConnectorMemory, std::less<>>;

bool AllRuns(const Connector& connector) {
  return std::ranges::all_of(connector.items,
                             [](const Item& item) { return item.state == "RUNNING"; });
}

/// Whoever changes it again and again, a program perhaps, gets longer and longer waits instead of
/// restarts without end. `last`, `held`: its last restart, and what held it back, before it
/// changed.
Hold HoldOfChanges(const Connector& connector, uint32_t changes, const std::optional<Instant>& last,
                   Hold held) {
  if (changes < 2) {  // the first change is a repair
    return {};
  }
  if (!last) {  // it waits already, and was not restarted since
    return {.until = held.until, .why = std::move(held.why)};
  }
  const Duration wait = BackoffOf(connector.chosen->settings, changes - 1, connector.name);
  return {.until = Instant{last->wall + std::chrono::duration_cast<WallTime::duration>(wait),
                           last->mono + wait},
          .why = fmt::format("its configuration has changed {} times of late: waits longer after "
                             "each",
                             changes)};
}

void ForgiveChanged(const Connector& connector, uint64_t poll, const Instant& now,
                    ConnectorMemory& memory) {
  ConfigurationMemory& configuration = memory.configuration;
  ++configuration.changes;
  configuration.changed_at = now;
  for (auto& [id, item] : memory.broken) {
    item.dealt_out = true;  // Connect starts anew what is configured anew
  }
  if (memory.own.under_way) {
    memory.own.under_way->changed = true;
  }
  Hold hold =
      HoldOfChanges(connector, configuration.changes, memory.attempts.last, std::move(memory.hold));
  Forgive(poll, memory);
  memory.hold = std::move(hold);
}

/// A changed configuration is a new beginning: somebody did something.
void FollowConfiguration(const Connector& connector, uint64_t poll, const Instant& now,
                         ConnectorMemory& memory) {
  constexpr Duration kLately = std::chrono::hours{1};
  ConfigurationMemory& configuration = memory.configuration;
  memory.quarantine.lifted = false;
  if (configuration.changed_at && now.mono - configuration.changed_at->mono >= kLately) {
    configuration = {.hash = configuration.hash};
  }
  if (connector.config_hash == 0 || connector.config_hash == configuration.hash) {
    return;
  }
  if (configuration.hash != 0) {
    ForgiveChanged(connector, poll, now, memory);
  }
  configuration.hash = connector.config_hash;
}

void CountRestart(const Instant& now, Attempts& attempts) {
  ++attempts.count;
  attempts.last = now;
}

/// Restarts by others, another Klaxon's too, stand in Connect's config topic before states show
/// them, if they ever do. `gap`: since the answer before this one.
void FollowRequests(const Connector& connector, const Instant& now, Duration gap,
                    ConnectorMemory& memory) {
  // Ours are in there as well, and what states showed first comes a moment later.
  const Duration same = std::chrono::seconds{30} + gap;
  RequestMemory& requests = memory.requests;
  if (memory.restored) {  // of before Klaxon knew it, or of its last life
    requests.newest = connector.asked;
  }
  if (connector.asked <= requests.newest) {
    return;
  }
  requests.newest = connector.asked;
  const std::optional<Instant>& last = memory.attempts.last;
  const bool by_topic = requests.counted_at && last && requests.counted_at->mono == last->mono;
  if (!last || by_topic || now.mono - last->mono >= same) {
    CountRestart(now, memory.attempts);
    requests.counted_at = now;
    requests.shown_at.reset();
  }
}

/// What states show was counted already when the config topic held it.
bool WasRequested(const Connector& connector, const Instant& now, Duration gap,
                  RequestMemory& requests) {
  if (!requests.counted_at || requests.shown_at) {
    return false;
  }
  requests.shown_at = now;
  return now.mono - requests.counted_at->mono <= connector.chosen->settings.verify_timeout + gap;
}

/// When a restart was counted, or one that was requested showed first, if more of it has shown in
/// every answer since: many tasks start one after the other. No restart takes longer than `limit`.
std::optional<MonoTime> ShowsYet(const Instant& now, Duration gap, Duration limit,
                                 const ConnectorMemory& memory) {
  const Attempts& attempts = memory.attempts;
  const std::optional<Instant>& requested = memory.requests.shown_at;
  if (!attempts.last) {
    return std::nullopt;
  }
  const MonoTime first =
      requested ? std::max(attempts.last->mono, requested->mono) : attempts.last->mono;
  const MonoTime last = std::max(first, attempts.shown_at.value_or(first));
  return now.mono - last <= gap * 3 / 2 && now.mono - first <= limit + gap ? std::optional(first)
                                                                           : std::nullopt;
}

void FollowFailed(const Connector& connector, bool again, const Instant& now,
                  ConnectorMemory& memory) {
  /// So long its last commit may be told after its failure. What moves later is what else it reads,
  /// and each move would be written down.
  constexpr uint64_t kLateCommits = 6;
  const uint64_t seen = memory.failing.polls;
  if (seen == 0 || again) {
    TakeFailure(connector, memory.restored ? 0 : memory.attempts.count, memory.poison);
  } else if (!memory.own.under_way && !memory.quarantine.holds && seen < kLateCommits) {
    memory.poison.last = MarkOf(connector);
  }
  memory.running = {};
  Extend(now, memory.failing);
}

/// Data has moved since it runs, or nothing is left to move, or nobody can tell.
bool Progressed(const Connector& connector, const Instant& running_since) {
  if (connector.zombie) {
    return false;
  }
  const bool evident = connector.moved.has_value() || connector.lag.has_value();
  return !evident || connector.lag == 0 ||
         (connector.moved && connector.moved->mono >= running_since.mono);
}

void FollowRunning(const Connector& connector, const Instant& now, ConnectorMemory& memory) {
  memory.failing = {};
  if (!AllRuns(connector)) {
    memory.running = {};
    return;
  }
  memory.broken.clear();
  Extend(now, memory.running);
  const Settings& settings = connector.chosen->settings;
  const Duration soak =
      std::max(settings.soak, BackoffOf(settings, memory.attempts.count + 1, connector.name));
  const Instant& since = *memory.running.since;
  if (now.mono - since.mono < soak || !Progressed(connector, since)) {
    return;
  }
  const bool over = memory.hold.until && memory.hold.until->mono <= now.mono;
  if (memory.hold.misses > 0 || over) {
    memory.hold = {};
  }
  if (memory.attempts.count > 0) {
    memory.attempts = {};
    memory.poison = {};
  }
}

/// It was missing in the last list, or is known from the disk or not at all: whatever fails of it
/// may have failed long ago.
void Welcome(const Connector& connector, ConnectorMemory& memory) {
  memory.absent_since.reset();
  memory.life = connector.life;
  memory.restored = true;
  memory.failing = {};
  memory.running = {};
  memory.broken.clear();
}

/// A restart that was sent before the agent ended may show only now.
void ExpectOurs(const Connector& connector, const Attempts& attempts, Broken& broken) {
  for (auto& [id, item] : broken) {
    item.ours_until = attempts.last
                          ? attempts.last->mono + connector.chosen->settings.verify_timeout
                          : MonoTime{};
  }
}

/// What a restart did not get to is left until it is started. `restored`: what was counted before
/// says nothing; it was not seen to be started.
void FollowLeft(const Connector& connector, bool restored, Failures& left) {
  if (left.empty()) {
    return;
  }
  const Failures failed = FailuresOf(connector);
  std::erase_if(left, [&](const auto& item) {
    const auto now = failed.find(item.first);
    return now == failed.end() || (now->second != item.second && !restored);
  });
  for (auto& [id, failures] : left) {
    failures = failed.at(id);
  }
}

/// What is told of its state, if anything is.
void FollowState(const Connector& connector, bool failed_again, const Instant& now, Duration gap,
                 ConnectorMemory& memory) {
  const Duration limit = connector.chosen->settings.verify_timeout;
  const ItemNews news =
      FollowItems(connector, now.mono, ShowsYet(now, gap, limit, memory), memory.broken);
  const bool requested = news.shown && WasRequested(connector, now, gap, memory.requests);
  if (news.restarted && !requested) {
    CountRestart(now, memory.attempts);
  }
  if (news.shown) {
    memory.attempts.shown_at = now.mono;
  }
  FollowLeft(connector, memory.restored, memory.own.left);
  if (memory.restored) {
    ExpectOurs(connector, memory.attempts, memory.broken);
  } else if (connector.failed() && memory.failing.polls == 0 && news.fresh &&
             !memory.quarantine.holds) {
    memory.fell_at = now;
  }
  if (connector.failed()) {
    FollowFailed(connector, news.again || failed_again, now, memory);
  } else {
    FollowRunning(connector, now, memory);
  }
  memory.restored = false;
}

/// True: it was FAILED when it was looked at for the first time, and was not given up before.
bool FollowConnector(const World& world, const Connector& connector, const Instant& now,
                     ConnectorMemory& memory, Journal& journal) {
  if (memory.restored) {
    memory.life = connector.life;
    memory.absent_since.reset();
  } else if (memory.absent_since || memory.life != connector.life) {
    Welcome(connector, memory);
  }
  FollowConfiguration(connector, journal.polls, now, memory);
  const Followed restart = FollowRestart(world, connector, now, memory.own, journal.verified);
  FollowRequests(connector, now, journal.gap, memory);
  const bool found = memory.restored && connector.failed() && !memory.quarantine.holds;
  if (!connector.items.front().state.empty()) {  // else nothing is known: all stays as it was
    FollowState(connector, restart.failed_again, now, journal.gap, memory);
  }
  return found;
}

/// One short list is no proof that a connector was deleted.
void KeepAbsent(const Instant& now, Connectors& absent, Connectors& kept) {
  constexpr Duration kKept = std::chrono::minutes{10};
  for (auto& [name, memory] : absent) {
    memory.absent_since = memory.absent_since.value_or(now);
    if (now.mono - memory.absent_since->mono < kKept) {
      kept.emplace(name, std::move(memory));
    }
  }
}

}  // namespace

bool IsAnother(const World& world, const Journal& journal) {
  return !journal.cluster_id.empty() && !world.cluster_id.empty() &&
         journal.cluster_id != world.cluster_id;
}

const Pause* PauseOf(const Journal& journal, std::string_view connector) {
  for (const std::string_view name : {std::string_view(), connector}) {
    if (const auto pause = journal.pauses.find(name); pause != journal.pauses.end()) {
      return &pause->second;
    }
  }
  return nullptr;
}

const Refusal* RefusalOf(const Journal& journal, std::string_view connector, const Instant& now) {
  const auto refusal = journal.refused.find(connector);
  return refusal != journal.refused.end() && refusal->second.until.mono > now.mono
             ? &refusal->second
             : nullptr;
}

void Forgive(uint64_t poll, ConnectorMemory& memory) {
  memory = {
      .life = memory.life,
      .configuration = memory.configuration,
      .quarantine = {.lifted = memory.quarantine.holds},
      .began_anew = poll,
      .broken = std::move(memory.broken),
      .fell_at = memory.fell_at,
      .requests = {.newest = memory.requests.newest},
      .own = {.under_way = std::move(memory.own.under_way), .last = std::move(memory.own.last)}};
}

void Extend(const Instant& now, Stretch& stretch) {
  stretch.since = stretch.since.value_or(now);
  ++stretch.polls;
}

Duration BackoffOf(const Settings& settings, uint32_t attempts, std::string_view connector) {
  constexpr uint32_t kMostDoublings = 40;
  constexpr auto kStrimziCap = std::chrono::minutes{60};
  if (attempts == 0) {
    return {};
  }
  if (settings.preset == BackoffPreset::kStrimzi) {
    const uint64_t n = std::min(attempts, 60U);
    return std::min<Duration>(std::chrono::minutes{n * n + n}, kStrimziCap);
  }
  Duration wait = settings.backoff_base;
  for (uint32_t i = 1; i < std::min(attempts, kMostDoublings) && wait < settings.backoff_cap; ++i) {
    wait *= 2;
  }
  wait = std::min(wait, settings.backoff_cap);
  // Spread by name and count, not by chance: a plan made twice is the same.
  const size_t spread = std::hash<std::string>{}(fmt::format("{}/{}", connector, attempts)) % 2001;
  const auto thousandths = static_cast<int64_t>(spread) - 1000;
  return wait + wait / 100'000 * (thousandths * settings.jitter_percent);
}

void Follow(const World& world, const Policy& policy, const Instant& now, Journal& journal) {
  while (!journal.restarts.empty() && now.mono - journal.restarts.front() > kBudgetWindow) {
    journal.restarts.pop_front();
  }
  const bool news =
      IsFresh(world.listed, now) && (journal.followed == nullptr ||
                                     world.listed->taken_at.mono > journal.followed->taken_at.mono);
  if (!news || IsAnother(world, journal)) {
    return;
  }
  journal.gap = journal.followed == nullptr
                    ? Duration{}
                    : world.listed->taken_at.mono - journal.followed->taken_at.mono;
  journal.followed = world.listed;
  journal.verified.clear();
  ++journal.polls;
  if (journal.cluster_id.empty()) {
    journal.cluster_id = world.cluster_id;
  }
  size_t found = 0;
  Connectors kept;
  for (const Connector& connector : world.connectors) {
    ConnectorMemory& memory = kept[connector.name];
    if (auto before = journal.connectors.extract(connector.name)) {
      memory = std::move(before.mapped());
    }
    found += FollowConnector(world, connector, now, memory, journal) ? 1U : 0U;
  }
  KeepAbsent(now, journal.connectors, kept);
  journal.connectors = std::move(kept);
  FollowBreaker(world, policy, journal.polls == 1 ? found : 0, now, journal);
}

void CountSent(MonoTime now, Journal& journal) {
  journal.restarts.push_back(now);
  journal.last_restart = now;
}

bool SaysNothing(const RecoveryDecision& decision) {
  return decision.rule == "stale" || decision.rule == "elsewhere" || decision.rule == "no_status";
}

void Note(const std::vector<RecoveryDecision>& decisions, Journal& journal) {
  for (const RecoveryDecision& decision : decisions) {
    const auto found = journal.connectors.find(decision.connector);
    if (found != journal.connectors.end() && !SaysNothing(decision)) {
      found->second.quarantine.holds = decision.action == RecoveryAction::kQuarantine ||
                                       decision.action == RecoveryAction::kExhausted;
    }
  }
}

}  // namespace klaxon::recovery
