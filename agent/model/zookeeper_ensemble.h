#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/derived.h"
#include "agent/model/zookeeper_facts.h"

/// What the servers of a ZooKeeper ensemble amount to together, and over time.
namespace klaxon {

/// What the servers of an ensemble amount to.
enum class EnsembleState : uint8_t {
  kUnknown,       ///< nobody tells
  kStandalone,    ///< the one server there is serves alone
  kLed,           ///< exactly one server says that it leads
  kLeaderUnseen,  ///< followers serve, but no server that answers leads: it is silent or not listed
  kNotServing,    ///< of the servers that tell none serves more than reads
  kDisagreeing,   ///< several lead, or one of several stands alone
};

/// "unknown", "standalone", "led", "leader_unseen", "not_serving", "disagreeing".
std::string_view Name(EnsembleState state);

/// What follows from the polls before the last one.
struct ZookeeperDerived final : Derived {
  size_t disagreeing = 0;                           ///< polls in a row whose answers disagree
  std::string disagreement{};                       ///< of the last poll, as DisagreementIn
  EnsembleState settled = EnsembleState::kUnknown;  ///< before the servers began to disagree

  std::string leader{};                    ///< who leads, or led last; empty: nobody was seen to
  std::optional<uint64_t> epoch{};         ///< of that leader; not told by an AdminServer
  std::optional<Instant> led_at{};         ///< the last poll in which somebody led
  std::optional<Instant> elected_at{};     ///< the newest election that was seen to end
  std::optional<Instant> leaderless_at{};  ///< the first poll in which nobody led; none: led
  std::optional<Instant> looking_at{};     ///< the last such poll
  uint64_t elections = 0;                  ///< that ended since Klaxon started
  std::vector<ZookeeperState> states{};    ///< last known ones, parallel to ZookeeperFacts::servers
};

struct ZookeeperEnsemble {
  EnsembleState state = EnsembleState::kUnknown;
  size_t serving = 0;      ///< servers by state
  size_t not_serving = 0;  ///< as they say themselves
  size_t silent = 0;       ///< unreachable, or unknown
  size_t leaders = 0;      ///< of those that serve
  size_t voters = 0;       ///< as servers tell, else as many as are listed
  size_t in_sync = 0;      ///< voters that serve, the leader's own account before ours

  /// Votes that a decision takes.
  size_t Quorum() const { return voters / 2 + 1; }
};

/// What the last poll told, as it is. Servers are asked side by side, so an election can fall
/// between two of their answers and look like a disagreement. Pure.
ZookeeperEnsemble SeenEnsemble(const ZookeeperFacts& facts, const Instant& now);

/// The same, with a disagreement only if two polls in a row told one. Pure.
ZookeeperEnsemble EnsembleOf(const ZookeeperFacts& facts, const ZookeeperDerived& derived,
                             const Instant& now);

/// What the servers disagree about in the last poll, one line; empty: nothing. Pure.
std::string DisagreementIn(const ZookeeperFacts& facts, const Instant& now);

}  // namespace klaxon
