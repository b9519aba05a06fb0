#include "agent/model/zookeeper_ensemble.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace klaxon {
namespace {

/// Servers that serve, by mode.
struct Modes {
  size_t leaders = 0;
  size_t followers = 0;
  size_t observers = 0;
  size_t alone = 0;
  size_t untold = 0;
};

void Count(const std::string& mode, Modes& modes) {
  modes.leaders += mode == "leader" ? 1U : 0U;
  modes.followers += mode == "follower" ? 1U : 0U;
  modes.observers += mode == "observer" ? 1U : 0U;
  modes.alone += mode == "standalone" ? 1U : 0U;
}

/// Counts a server that serves by the mode it tells.
void CountMode(const ZookeeperServerFacts& server, const Instant& now, Modes& modes) {
  if (IsFresh(server.told, now)) {
    Count(server.stats.mode, modes);
  } else {
    ++modes.untold;
  }
}

/// Counts a server as one that serves, does not, or is silent.
void CountServer(const ZookeeperServerFacts& server, const Instant& now,
                 ZookeeperEnsemble& ensemble) {
  if (server.Serves(now)) {
    ++ensemble.serving;
  } else if (server.state == ZookeeperState::kNotServing && IsFresh(server.polled, now)) {
    ++ensemble.not_serving;
  } else {
    ++ensemble.silent;
  }
}

EnsembleState StateOf(const Modes& modes, const ZookeeperEnsemble& ensemble, size_t servers) {
  const size_t led = modes.leaders + modes.followers + modes.observers;
  if (modes.leaders > 1 || (modes.alone > 0 && servers > 1)) {
    return EnsembleState::kDisagreeing;
  }
  if (modes.alone == 1) {
    return EnsembleState::kStandalone;
  }
  if (led > 0) {
    return modes.leaders == 1 ? EnsembleState::kLed : EnsembleState::kLeaderUnseen;
  }
  // One that serves, and may lead or stand alone for all we know.
  if (modes.untold > 0) {
    return EnsembleState::kUnknown;
  }
  return ensemble.serving + ensemble.not_serving > 0 ? EnsembleState::kNotServing
                                                     : EnsembleState::kUnknown;
}

/// A count out of hostile numbers; no ensemble is larger than 255 (the server id is a byte).
size_t CountOf(double number) {
  constexpr double kMost = 255;
  return static_cast<size_t>(std::clamp(number, 0.0, kMost));
}

constexpr unsigned kEpochShift = 32;

/// What a server told lately of itself; null: it does not serve, or did not tell.
const ZookeeperStats* ToldBy(const ZookeeperServerFacts& server, const Instant& now) {
  return server.Serves(now) && IsFresh(server.told, now) ? &server.stats : nullptr;
}

bool Alone(const ZookeeperFacts& facts, const ZookeeperStats& stats) {
  return stats.mode == "standalone" && facts.servers.size() > 1;
}

/// A follower cannot be ahead of its leader. It can be behind for long: it learns of an epoch by
/// the first transaction in it (measured, 3.8.4).
std::string Ahead(const ZookeeperServerFacts& leader, const ZookeeperServerFacts& server) {
  if (!leader.stats.zxid || !server.stats.zxid ||
      *server.stats.zxid >> kEpochShift <= *leader.stats.zxid >> kEpochShift) {
    return "";
  }
  return fmt::format("{} is of epoch {}, ahead of {}, which leads in epoch {}", server.entity->name,
                     *server.stats.zxid >> kEpochShift, leader.entity->name,
                     *leader.stats.zxid >> kEpochShift);
}

/// The first of the servers that is ahead of the leader; empty: none is.
std::string AheadOf(const ZookeeperServerFacts& leader, const ZookeeperFacts& facts,
                    const Instant& now) {
  for (const ZookeeperServerFacts& server : facts.servers) {
    std::string ahead = ToldBy(server, now) == nullptr ? "" : Ahead(leader, server);
    if (!ahead.empty()) return ahead;
  }
  return "";
}

}  // namespace

std::string_view Name(EnsembleState state) {
  switch (state) {
    case EnsembleState::kUnknown:
      return "unknown";
    case EnsembleState::kStandalone:
      return "standalone";
    case EnsembleState::kLed:
      return "led";
    case EnsembleState::kLeaderUnseen:
      return "leader_unseen";
    case EnsembleState::kNotServing:
      return "not_serving";
    case EnsembleState::kDisagreeing:
      return "disagreeing";
  }
  std::abort();
}

ZookeeperEnsemble SeenEnsemble(const ZookeeperFacts& facts, const Instant& now) {
  ZookeeperEnsemble ensemble;
  ensemble.voters = facts.servers.size();
  Modes modes;
  std::optional<double> followers;  // in sync, as the leader counts them
  for (const ZookeeperServerFacts& server : facts.servers) {
    CountServer(server, now, ensemble);
    if (!server.Serves(now)) continue;
    CountMode(server, now, modes);
    if (!IsFresh(server.monitored, now)) continue;
    if (server.monitor.voters) ensemble.voters = CountOf(*server.monitor.voters);
    if (server.stats.mode == "leader") followers = server.monitor.synced_followers;
  }
  ensemble.leaders = modes.leaders;
  ensemble.in_sync =
      followers ? CountOf(*followers) + 1 : modes.leaders + modes.followers + modes.alone;
  ensemble.state = StateOf(modes, ensemble, facts.servers.size());
  return ensemble;
}

std::string DisagreementIn(const ZookeeperFacts& facts, const Instant& now) {
  const ZookeeperServerFacts* leader = nullptr;
  for (const ZookeeperServerFacts& server : facts.servers) {
    const ZookeeperStats* stats = ToldBy(server, now);
    if (stats == nullptr) continue;
    if (Alone(facts, *stats)) {
      return fmt::format("{} stands alone; are they one ensemble?", server.entity->name);
    }
    if (stats->mode != "leader") continue;
    if (leader != nullptr) {
      return fmt::format("{} and {} both lead; are they one ensemble?", leader->entity->name,
                         server.entity->name);
    }
    leader = &server;
  }
  return leader == nullptr ? "" : AheadOf(*leader, facts, now);
}

ZookeeperEnsemble EnsembleOf(const ZookeeperFacts& facts, const ZookeeperDerived& derived,
                             const Instant& now) {
  constexpr size_t kPolls = 2;
  ZookeeperEnsemble ensemble = SeenEnsemble(facts, now);
  if (derived.disagreeing >= kPolls && ensemble.state == EnsembleState::kLed) {
    ensemble.state = EnsembleState::kDisagreeing;
  } else if (derived.disagreeing < kPolls && ensemble.state == EnsembleState::kDisagreeing) {
    ensemble.state = derived.settled;
  }
  return ensemble;
}

}  // namespace klaxon
