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

/// The first change is a repair. Whoever changes it again and again, a program perhaps, gets longer
/// and longer waits instead of restarts without end.
void ForgiveChanged(const Subject& subject, uint64_t poll, const Instant& now,
                    ConnectorMemory& memory) {
  constexpr Duration kLately = std::chrono::hours{1};
  const std::optional<Instant> last = memory.last_attempt;
  std::optional<Instant> held = memory.held_until;
  std::string held_why = std::move(memory.held_why);
  const bool lately = memory.forgiven_at && now.mono - memory.forgiven_at->mono < kLately;
  memory.forgiven = lately ? memory.forgiven + 1 : 1;
  memory.forgiven_at = now;
  for (auto& [id, item] : memory.broken) {
    item.dealt_out = true;  // Connect starts anew what is configured anew
  }
  if (memory.under_way) {
    memory.under_way->changed = true;
  }
  Forgive(poll, memory);
  if (memory.forgiven < 2) {
    return;
  }
  if (!last) {  // it waits already, and was not restarted since
    memory.held_until = held;
    memory.held_why = std::move(held_why);
    return;
  }
  const Duration wait = BackoffOf(subject.chosen->settings, memory.forgiven - 1, subject.name);
  memory.held_until =
      Instant{last->wall + std::chrono::duration_cast<WallTime::duration>(wait), last->mono + wait};
  memory.held_why = fmt::format(
      "its configuration has changed {} times of late: "
      "waits longer after each",
      memory.forgiven);
}

/// A changed configuration is a new beginning: somebody did something.
void FollowConfiguration(const Subject& subject, uint64_t poll, const Instant& now,
                         ConnectorMemory& memory) {
  memory.lifted = false;
  if (subject.config_hash == 0 || subject.config_hash == memory.config_hash) {
    return;
  }
  if (memory.config_hash != 0) {
    ForgiveChanged(subject, poll, now, memory);
  }
  memory.config_hash = subject.config_hash;
}

void CountRestart(const Instant& now, ConnectorMemory& memory) {
  ++memory.attempts;
  memory.last_attempt = now;
}

/// Restarts by others, another Klaxon's too, stand in Connect's config topic before states show
/// them, if they ever do. `gap`: since the answer before this one.
void FollowAsked(const Subject& subject, const Instant& now, Duration gap,
                 ConnectorMemory& memory) {
  // Ours are in there as well, and what states showed first comes a moment later.
  const Duration same = std::chrono::seconds{30} + gap;
  if (memory.restored) {  // of before Klaxon knew it, or of its last life
    memory.asked = subject.asked;
  }
  if (subject.asked <= memory.asked) {
    return;
  }
  memory.asked = subject.asked;
  const bool by_topic =
      memory.asked_at && memory.last_attempt && memory.asked_at->mono == memory.last_attempt->mono;
  if (!memory.last_attempt || by_topic || now.mono - memory.last_attempt->mono >= same) {
    CountRestart(now, memory);
    memory.asked_at = now;
    memory.asked_shown.reset();
  }
}

/// What states show was counted already when the config topic told it.
bool TakeAsTold(const Subject& subject, const Instant& now, Duration gap, ConnectorMemory& memory) {
  if (!memory.asked_at || memory.asked_shown) {
    return false;
  }
  memory.asked_shown = now;
  return now.mono - memory.asked_at->mono <= subject.chosen->settings.verify_timeout + gap;
}

/// When a restart was counted, or one that was told showed, if that was at the answer before.
std::optional<MonoTime> CountedLately(const Instant& now, Duration gap,
                                      const ConnectorMemory& memory) {
  if (!memory.last_attempt) {
    return std::nullopt;
  }
  const MonoTime last = memory.asked_shown
                            ? std::max(memory.last_attempt->mono, memory.asked_shown->mono)
                            : memory.last_attempt->mono;
  return now.mono - last <= gap * 3 / 2 ? std::optional(last) : std::nullopt;
}

void FollowFailed(const Subject& subject, bool again, const Instant& now, ConnectorMemory& memory) {
  memory.running_since.reset();
  memory.runs_for = 0;
  memory.failed_since = memory.failed_since.value_or(now);
  /// So long its last commit may be told after its failure. What moves later is what else it reads,
  /// and each move would be written down.
  constexpr uint64_t kLateCommits = 6;
  if (memory.failed_polls == 0 || again) {
    TakeFailure(subject, memory);
  } else if (!memory.under_way && !memory.quarantined && memory.failed_polls < kLateCommits) {
    memory.last_cause = CauseOf(subject);
  }
  ++memory.failed_polls;
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
  memory.failed_polls = 0;
  memory.failed_since.reset();
  if (!AllRuns(subject)) {
    memory.running_since.reset();
    memory.runs_for = 0;
    return;
  }
  memory.broken.clear();
  memory.running_since = memory.running_since.value_or(now);
  ++memory.runs_for;
  const Settings& settings = subject.chosen->settings;
  const Duration soak =
      std::max(settings.soak, BackoffOf(settings, memory.attempts + 1, subject.name));
  if (now.mono - memory.running_since->mono < soak || !Progressed(subject, *memory.running_since)) {
    return;
  }
  const bool over = memory.held_until && memory.held_until->mono <= now.mono;
  if (std::exchange(memory.misses, 0) > 0 || over) {
    memory.held_until.reset();
  }
  if (std::exchange(memory.attempts, 0) > 0) {
    memory.last_attempt.reset();
    memory.last_cause.clear();
    memory.stood.clear();
    memory.poison.clear();
  }
}

/// It was missing in the last list, or is known from the disk or not at all: whatever fails of it
/// may have failed long ago.
void Welcome(const Subject& subject, ConnectorMemory& memory) {
  memory.absent_since.reset();
  memory.life = subject.life;
  memory.restored = true;
  memory.failed_polls = 0;
  memory.failed_since.reset();
  memory.broken.clear();
  memory.running_since.reset();
  memory.runs_for = 0;
}

/// A restart that was sent before the agent ended may show only now.
void ExpectOurs(const Subject& subject, ConnectorMemory& memory) {
  for (auto& [id, item] : memory.broken) {
    item.ours_until = memory.last_attempt
                          ? memory.last_attempt->mono + subject.chosen->settings.verify_timeout
                          : MonoTime{};
  }
}

/// What is told of its state, if anything is.
void FollowState(const Subject& subject, bool failed_again, const Instant& now, Duration gap,
                 ConnectorMemory& memory) {
  const ItemNews news =
      FollowItems(subject, now.mono, CountedLately(now, gap, memory), memory.broken);
  const bool told = news.shown && TakeAsTold(subject, now, gap, memory);
  if (news.restarted && !told) {
    CountRestart(now, memory);
  }
  if (memory.restored) {
    ExpectOurs(subject, memory);
  } else if (subject.failed() && memory.failed_polls == 0 && news.fresh && !memory.quarantined) {
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
  const Followed restart = FollowRestart(world, subject, now, memory, journal.verified);
  FollowAsked(subject, now, journal.gap, memory);
  const bool found = memory.restored && subject.failed() && !memory.quarantined;
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

void Forgive(uint64_t poll, ConnectorMemory& memory) {
  memory = {.life = memory.life,
            .config_hash = memory.config_hash,
            .changed_in = poll,
            .lifted = memory.quarantined,
            .forgiven = memory.forgiven,
            .forgiven_at = memory.forgiven_at,
            .broken = std::move(memory.broken),
            .fell_at = memory.fell_at,
            .asked = memory.asked,
            .under_way = std::move(memory.under_way),
            .last_restart = std::move(memory.last_restart)};
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
      found->second.quarantined = decision.action == RecoveryAction::kQuarantine ||
                                  decision.action == RecoveryAction::kExhausted;
    }
  }
}

}  // namespace klaxon::recovery
