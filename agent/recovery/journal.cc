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

bool AllRuns(const Subject& subject) {
  return std::ranges::all_of(subject.items,
                             [](const Item& item) { return item.state == "RUNNING"; });
}

/// Whoever changes it again and again, a program perhaps, gets longer and longer waits instead of
/// restarts without end. `last`, `held`: its last restart, and what held it back, before it
/// changed.
Hold HoldOfChanges(const Subject& subject, uint32_t changes, const std::optional<Instant>& last,
                   Hold held) {
  if (changes < 2) {  // the first change is a repair
    return {};
  }
  if (!last) {  // it waits already, and was not restarted since
    return {.until = held.until, .why = std::move(held.why)};
  }
  const Duration wait = BackoffOf(subject.chosen->settings, changes - 1, subject.name);
  return {.until = Instant{last->wall + std::chrono::duration_cast<WallTime::duration>(wait),
                           last->mono + wait},
          .why = fmt::format("its configuration has changed {} times of late: waits longer after "
                             "each",
                             changes)};
}

void ForgiveChanged(const Subject& subject, uint64_t poll, const Instant& now,
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
      HoldOfChanges(subject, configuration.changes, memory.attempts.last, std::move(memory.hold));
  Forgive(poll, memory);
  memory.hold = std::move(hold);
}

/// A changed configuration is a new beginning: somebody did something.
void FollowConfiguration(const Subject& subject, uint64_t poll, const Instant& now,
                         ConnectorMemory& memory) {
  constexpr Duration kLately = std::chrono::hours{1};
  ConfigurationMemory& configuration = memory.configuration;
  memory.quarantine.lifted = false;
  if (configuration.changed_at && now.mono - configuration.changed_at->mono >= kLately) {
    configuration = {.hash = configuration.hash};
  }
  if (subject.config_hash == 0 || subject.config_hash == configuration.hash) {
    return;
  }
  if (configuration.hash != 0) {
    ForgiveChanged(subject, poll, now, memory);
  }
  configuration.hash = subject.config_hash;
}

void CountRestart(const Instant& now, Attempts& attempts) {
  ++attempts.count;
  attempts.last = now;
}

/// Restarts by others, another Klaxon's too, stand in Connect's config topic before states show
/// them, if they ever do. `gap`: since the answer before this one.
void FollowRequests(const Subject& subject, const Instant& now, Duration gap,
                    ConnectorMemory& memory) {
  // Ours are in there as well, and what states showed first comes a moment later.
  const Duration same = std::chrono::seconds{30} + gap;
  RequestMemory& requests = memory.requests;
  if (memory.restored) {  // of before Klaxon knew it, or of its last life
    requests.newest = subject.asked;
  }
  if (subject.asked <= requests.newest) {
    return;
  }
  requests.newest = subject.asked;
  const std::optional<Instant>& last = memory.attempts.last;
  const bool by_topic = requests.counted_at && last && requests.counted_at->mono == last->mono;
  if (!last || by_topic || now.mono - last->mono >= same) {
    CountRestart(now, memory.attempts);
    requests.counted_at = now;
    requests.shown_at.reset();
  }
}

/// What states show was counted already when the config topic held it.
bool WasRequested(const Subject& subject, const Instant& now, Duration gap,
                  RequestMemory& requests) {
  if (!requests.counted_at || requests.shown_at) {
    return false;
  }
  requests.shown_at = now;
  return now.mono - requests.counted_at->mono <= subject.chosen->settings.verify_timeout + gap;
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

void FollowFailed(const Subject& subject, bool again, const Instant& now, ConnectorMemory& memory) {
  /// So long its last commit may be told after its failure. What moves later is what else it reads,
  /// and each move would be written down.
  constexpr uint64_t kLateCommits = 6;
  const uint64_t seen = memory.failing.polls;
  if (seen == 0 || again) {
    TakeFailure(subject, memory.restored ? 0 : memory.attempts.count, memory.poison);
  } else if (!memory.own.under_way && !memory.quarantine.holds && seen < kLateCommits) {
    memory.poison.last = MarkOf(subject);
  }
  memory.running = {};
  Extend(now, memory.failing);
}

/// Data has moved since it runs, or nothing is left to move, or nobody can tell.
bool Progressed(const Subject& subject, const Instant& running_since) {
  if (subject.zombie) {
    return false;
  }
  const bool evident = subject.moved.has_value() || subject.lag.has_value();
  return !evident || subject.lag == 0 ||
         (subject.moved && subject.moved->mono >= running_since.mono);
}

void FollowRunning(const Subject& subject, const Instant& now, ConnectorMemory& memory) {
  memory.failing = {};
  if (!AllRuns(subject)) {
    memory.running = {};
    return;
  }
  memory.broken.clear();
  Extend(now, memory.running);
  const Settings& settings = subject.chosen->settings;
  const Duration soak =
      std::max(settings.soak, BackoffOf(settings, memory.attempts.count + 1, subject.name));
  const Instant& since = *memory.running.since;
  if (now.mono - since.mono < soak || !Progressed(subject, since)) {
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
void Welcome(const Subject& subject, ConnectorMemory& memory) {
  memory.absent_since.reset();
  memory.life = subject.life;
  memory.restored = true;
  memory.failing = {};
  memory.running = {};
  memory.broken.clear();
}

/// A restart that was sent before the agent ended may show only now.
void ExpectOurs(const Subject& subject, const Attempts& attempts, Broken& broken) {
  for (auto& [id, item] : broken) {
    item.ours_until =
        attempts.last ? attempts.last->mono + subject.chosen->settings.verify_timeout : MonoTime{};
  }
}

/// What a restart did not get to is left until it is started. `restored`: what was counted before
/// says nothing; it was not seen to be started.
void FollowLeft(const Subject& subject, bool restored, Failures& left) {
  if (left.empty()) {
    return;
  }
  const Failures failed = FailuresOf(subject);
  std::erase_if(left, [&](const auto& item) {
    const auto now = failed.find(item.first);
    return now == failed.end() || (now->second != item.second && !restored);
  });
  for (auto& [id, failures] : left) {
    failures = failed.at(id);
  }
}

/// What is told of its state, if anything is.
void FollowState(const Subject& subject, bool failed_again, const Instant& now, Duration gap,
                 ConnectorMemory& memory) {
  const Duration limit = subject.chosen->settings.verify_timeout;
  const ItemNews news =
      FollowItems(subject, now.mono, ShowsYet(now, gap, limit, memory), memory.broken);
  const bool requested = news.shown && WasRequested(subject, now, gap, memory.requests);
  if (news.restarted && !requested) {
    CountRestart(now, memory.attempts);
  }
  if (news.shown) {
    memory.attempts.shown_at = now.mono;
  }
  FollowLeft(subject, memory.restored, memory.own.left);
  if (memory.restored) {
    ExpectOurs(subject, memory.attempts, memory.broken);
  } else if (subject.failed() && memory.failing.polls == 0 && news.fresh &&
             !memory.quarantine.holds) {
    memory.fell_at = now;
  }
  if (subject.failed()) {
    FollowFailed(subject, news.again || failed_again, now, memory);
  } else {
    FollowRunning(subject, now, memory);
  }
  memory.restored = false;
}

/// True: it was FAILED when it was looked at for the first time, and was not given up before.
bool FollowSubject(const World& world, const Subject& subject, const Instant& now,
                   ConnectorMemory& memory, Journal& journal) {
  if (memory.restored) {
    memory.life = subject.life;
    memory.absent_since.reset();
  } else if (memory.absent_since || memory.life != subject.life) {
    Welcome(subject, memory);
  }
  FollowConfiguration(subject, journal.polls, now, memory);
  const Followed restart = FollowRestart(world, subject, now, memory.own, journal.verified);
  FollowRequests(subject, now, journal.gap, memory);
  const bool found = memory.restored && subject.failed() && !memory.quarantine.holds;
  if (!subject.items.front().state.empty()) {  // else nothing is known: all stays as it was
    FollowState(subject, restart.failed_again, now, journal.gap, memory);
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
  for (const Subject& subject : world.subjects) {
    ConnectorMemory& memory = kept[subject.name];
    if (auto before = journal.connectors.extract(subject.name)) {
      memory = std::move(before.mapped());
    }
    found += FollowSubject(world, subject, now, memory, journal) ? 1U : 0U;
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
