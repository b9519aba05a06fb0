#include "agent/analysis/zookeeper.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace klaxon::analysis {
namespace {

constexpr unsigned kEpochBits = 32;

const ZookeeperServerFacts* LeaderIn(const ZookeeperFacts& facts, const Instant& now) {
  const auto leads = [&](const ZookeeperServerFacts& server) {
    return server.Serves(now) && IsFresh(server.told, now) && server.stats.mode == "leader";
  };
  const auto found = std::ranges::find_if(facts.servers, leads);
  return found == facts.servers.end() ? nullptr : &*found;
}

const ZookeeperServerFacts* ServerIn(const ZookeeperFacts* facts, const std::string& name) {
  if (facts == nullptr) {
    return nullptr;
  }
  const auto found = std::ranges::find_if(facts->servers, [&](const ZookeeperServerFacts& server) {
    return server.entity->name == name;
  });
  return found == facts->servers.end() ? nullptr : &*found;
}

double SecondsBetween(const Instant& from, const Instant& to) {
  return std::chrono::duration<double>(to.mono - from.mono).count();
}

/// One poll of one ensemble.
class ZookeeperPoll {
 public:
  ZookeeperPoll(const ZookeeperBefore& before, const ZookeeperFacts& facts, const Instant& now)
      : before_(before), facts_(facts), now_(now), seen_(SeenEnsemble(facts, now)) {
    if (before.derived != nullptr) {
      *step_.derived = *before.derived;
    }
  }

  ZookeeperStep Step() {
    TakeDisagreement();
    TakeServers();
    switch (seen_.state) {
      case EnsembleState::kLed:
        TakeLeader(*LeaderIn(facts_, now_));
        break;
      case EnsembleState::kNotServing:
        TakeLooking();
        break;
      case EnsembleState::kUnknown:
      case EnsembleState::kStandalone:
      case EnsembleState::kLeaderUnseen:
      case EnsembleState::kDisagreeing:
        break;
    }
    return std::move(step_);
  }

 private:
  void TakeDisagreement() {
    ZookeeperDerived& derived = *step_.derived;
    derived.disagreement = DisagreementIn(facts_, now_);
    derived.disagreeing = derived.disagreement.empty() ? 0 : derived.disagreeing + 1;
    if (derived.disagreement.empty()) {
      derived.settled = seen_.state;
    }
  }

  void TakeServers() {
    std::vector<ZookeeperState> states;
    for (const ZookeeperServerFacts& server : facts_.servers) {
      const ZookeeperServerFacts* old = ServerIn(before_.facts, server.entity->name);
      const ZookeeperState known = KnownStateOf(old);
      if (known != ZookeeperState::kUnknown && server.state != ZookeeperState::kUnknown &&
          known != server.state) {
        Tell(server, fmt::format("{} -> {}", Name(known), Name(server.state)));
      }
      states.push_back(server.state == ZookeeperState::kUnknown ? known : server.state);
      // Who leads now is told as an election.
      const bool modes = old != nullptr && !old->stats.mode.empty() &&
                         server.stats.mode != old->stats.mode && server.stats.mode != "leader";
      if (modes) {
        Tell(server, fmt::format("{} -> {}", old->stats.mode, server.stats.mode));
      }
    }
    step_.derived->states = std::move(states);
  }

  /// The last known state of a server of the poll before.
  ZookeeperState KnownStateOf(const ZookeeperServerFacts* old) const {
    if (old == nullptr || before_.derived == nullptr) {
      return ZookeeperState::kUnknown;
    }
    const auto index = static_cast<size_t>(old - before_.facts->servers.data());
    return index < before_.derived->states.size() ? before_.derived->states[index]
                                                  : ZookeeperState::kUnknown;
  }

  void Tell(const ZookeeperServerFacts& server, std::string detail) {
    step_.changes.push_back({.kind = EventKind::kZookeeperServer,
                             .subject = server.entity->name,
                             .detail = std::move(detail)});
  }

  void TakeLooking() {
    ZookeeperDerived& derived = *step_.derived;
    derived.looking_at = now_;
    if (derived.leaderless_at) {
      return;
    }
    derived.leaderless_at = now_;
    if (!derived.leader.empty()) {
      step_.changes.push_back({.kind = EventKind::kElectionBegan,
                               .subject = derived.leader,
                               .detail = derived.leader + " led before"});
    }
  }

  void TakeLeader(const ZookeeperServerFacts& leader) {
    ZookeeperDerived& derived = *step_.derived;
    const std::optional<uint64_t> epoch =
        leader.stats.zxid ? std::optional(*leader.stats.zxid >> kEpochBits) : std::nullopt;
    const bool newer = epoch && derived.epoch && *epoch > *derived.epoch;
    const bool other = !derived.leader.empty() && derived.leader != leader.entity->name;
    if (derived.leaderless_at || newer || other) {
      derived.elections += newer ? *epoch - *derived.epoch : 1;
      derived.elected_at = now_;
      step_.changes.push_back({.kind = EventKind::kLeaderElected,
                               .subject = leader.entity->name,
                               .detail = Describe(leader, epoch)});
    }
    derived.leader = leader.entity->name;
    derived.epoch = epoch ? epoch : derived.epoch;
    derived.led_at = now_;
    derived.leaderless_at.reset();
    derived.looking_at.reset();
  }

  /// "in place of zk-1:2181, in epoch 5; nobody led for 1 to 3 s; its own election took 0.2 s".
  std::string Describe(const ZookeeperServerFacts& leader, std::optional<uint64_t> epoch) const {
    const ZookeeperDerived& derived = *step_.derived;
    const bool again = derived.leader == leader.entity->name;
    std::string text = derived.leader.empty() ? "now"
                       : again                ? "again"
                                              : "in place of " + derived.leader;
    if (epoch) {
      text += fmt::format(", in epoch {}", *epoch);
    }
    if (epoch && derived.epoch && *epoch > *derived.epoch + 1) {
      text += fmt::format(" after {} elections", *epoch - *derived.epoch);
    }
    if (derived.leaderless_at && derived.looking_at) {
      const double least = SecondsBetween(*derived.leaderless_at, *derived.looking_at);
      text += derived.led_at ? fmt::format("; nobody led for {:.3g} to {:.3g} s", least,
                                           SecondsBetween(*derived.led_at, now_))
                             : fmt::format("; nobody led for {:.3g} s at least",
                                           SecondsBetween(*derived.leaderless_at, now_));
    }
    if (const std::optional<double> took = OwnElection(leader)) {
      text += fmt::format("; its own election took {:.3g} s", *took);
    }
    return text;
  }

  /// What the server counted since the poll before; nothing unless that was one election.
  std::optional<double> OwnElection(const ZookeeperServerFacts& leader) const {
    const ZookeeperMonitor& told = leader.monitor;
    if (!IsFresh(leader.monitored, now_) || !told.election_count || !told.election_sum) {
      return std::nullopt;
    }
    const ZookeeperServerFacts* old = ServerIn(before_.facts, leader.entity->name);
    const bool counted = old != nullptr && old->monitor.election_count && old->monitor.election_sum;
    // Counters that fell are of a server that was started anew.
    const bool anew = !counted || *told.election_count < *old->monitor.election_count;
    const double count = *told.election_count - (anew ? 0 : *old->monitor.election_count);
    const double sum = *told.election_sum - (anew ? 0 : *old->monitor.election_sum);
    return count == 1 && sum >= 0 ? std::optional(sum) : std::nullopt;
  }

  ZookeeperBefore before_;
  const ZookeeperFacts& facts_;
  const Instant now_;
  const ZookeeperEnsemble seen_;
  ZookeeperStep step_{.derived = std::make_shared<ZookeeperDerived>(), .changes = {}};
};

}  // namespace

ZookeeperStep AdvanceZookeeper(const ZookeeperBefore& before, const ZookeeperFacts& facts,
                               const Instant& now) {
  return ZookeeperPoll(before, facts, now).Step();
}

}  // namespace klaxon::analysis
