#include "agent/model/zookeeper_facts.h"

#include <algorithm>
#include <cstdlib>

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

}  // namespace

std::string_view Name(ZookeeperState state) {
  switch (state) {
    case ZookeeperState::kUnknown:
      return "unknown";
    case ZookeeperState::kServing:
      return "serving";
    case ZookeeperState::kNotServing:
      return "not_serving";
    case ZookeeperState::kUnreachable:
      return "unreachable";
  }
  std::abort();
}

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

ZookeeperEnsemble EnsembleOf(const ZookeeperFacts& facts, const Instant& now) {
  ZookeeperEnsemble ensemble;
  ensemble.voters = facts.servers.size();
  Modes modes;
  std::optional<double> followers;  // in sync, as the leader counts them
  for (const ZookeeperServerFacts& server : facts.servers) {
    if (server.Serves(now)) {
      ++ensemble.serving;
      if (IsFresh(server.told, now)) {
        Count(server.stats.mode, modes);
      } else {
        ++modes.untold;
      }
      const bool monitored = IsFresh(server.monitored, now);
      if (monitored && server.monitor.voters) {
        ensemble.voters = CountOf(*server.monitor.voters);
      }
      if (monitored && server.stats.mode == "leader") {
        followers = server.monitor.synced_followers;
      }
    } else if (server.state == ZookeeperState::kNotServing && IsFresh(server.polled, now)) {
      ++ensemble.not_serving;
    } else {
      ++ensemble.silent;
    }
  }
  ensemble.leaders = modes.leaders;
  ensemble.in_sync =
      followers ? CountOf(*followers) + 1 : modes.leaders + modes.followers + modes.alone;
  ensemble.state = StateOf(modes, ensemble, facts.servers.size());
  return ensemble;
}

}  // namespace klaxon
