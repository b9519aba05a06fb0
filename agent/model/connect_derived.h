#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/model/answer.h"
#include "agent/model/derived.h"
#include "agent/model/entity.h"
#include "agent/model/worker_group_facts.h"

/// What analysis makes of a Connect cluster: joined with what Kafka says of the workers' group and
/// of the sinks' consumer groups, and with its own history.
namespace klaxon {

/// An answer that may not be known.
enum class Truth : uint8_t { kUnknown, kNo, kYes };

/// What can be wrong with a connector or one of its tasks, worst first.
enum class ConnectFault : uint8_t {
  kFailed,           ///< Connect says FAILED
  kNoStatus,         ///< it is configured, and Connect tells no state of it
  kGhost,            ///< "running" on a worker that is not in the workers' group
  kZeroTasks,        ///< runs, is meant to, and has no task
  kStuckUnassigned,  ///< nobody carries it, and nothing is on its way that would change that
  kStuckRestarting,  ///< a restart that does not end
  kZombie,           ///< "running", and no data moves
  kDisagreement,     ///< workers tell different states of it
  kDeadLetters,      ///< records go to its dead letter topic
  kFlapping,         ///< failed several times within an hour, whatever it is now
};

constexpr size_t kConnectFaults = 10;

/// "failed", "no_status", "ghost", "zero_tasks", "stuck_unassigned", "stuck_restarting", "zombie",
/// "disagreement", "dead_letters", "flapping".
std::string_view Name(ConnectFault fault);

struct ConnectVerdict {
  ConnectFault fault = ConnectFault::kFailed;
  int32_t task = -1;  ///< -1: the connector itself, or all of it
  Instant since{};    ///< since when we know it to be so
  std::string why{};  ///< one line for people
};

/// How long a state has lasted.
struct ConnectStateAge {
  Instant since{};
  bool seen = false;      ///< the change was seen; else it was so already when Klaxon first looked
  uint64_t failures = 0;  ///< changes to FAILED, since Klaxon started
};

struct ConnectTaskDerived {
  ConnectStateAge age{};
  Truth ghost = Truth::kUnknown;
  Truth zombie = Truth::kUnknown;
};

struct ConnectorDerived {
  ConnectStateAge age{};  ///< of the connector's own state
  Truth ghost = Truth::kUnknown;
  Truth zombie = Truth::kUnknown;           ///< the connector as a whole, or one of its tasks
  std::vector<ConnectTaskDerived> tasks{};  ///< parallel to ConnectorFacts::tasks
  std::vector<ConnectVerdict> verdicts{};   ///< worst first; empty: nothing is known to be wrong
  /// Of each ConnectFault, whether it or one of its tasks has it. Empty: it cannot be had, such as
  /// dead letters without a topic for them.
  std::array<std::optional<Truth>, kConnectFaults> faults{};
  std::optional<uint64_t> failures_an_hour{};  ///< seen of it and its tasks; empty: not judged

  // Of a sink, by its consumer group; of a source, by what is known.
  EntityRef group{};             ///< its consumer group in `ConnectDerived::kafka`; null: not found
  std::optional<int64_t> lag{};  ///< records, over the partitions whose lag is known
  std::optional<Instant> moved{};  ///< data moved last; empty: not seen to move
  std::string progress{};          ///< how that is known, or why it is not; one line
  /// Offsets ever written to the dead letter topic, by everybody; empty: none, or not known.
  std::optional<int64_t> dead_letters{};
};

/// The workers' own group in Kafka.
struct ConnectWorkersGroup {
  std::string kafka{};    ///< name of the Kafka cluster in the configuration; empty: none is joined
  std::string unknown{};  ///< why the group is not known, one line; empty: it is
  EntityRef entity{};
  std::string state{};  ///< "Stable", ...; the broker's own word
  AnswerRef described{};
  std::shared_ptr<const ConnectGroupFacts> facts{};  ///< null: not known

  /// Known now, and at rest: what its members carry is what runs.
  bool Stable(const Instant& now) const {
    return facts != nullptr && state == "Stable" && IsFresh(described, now);
  }
};

struct ConnectHistory;  // agent/analysis

struct ConnectDerived final : Derived {
  ConnectWorkersGroup workers{};
  std::vector<ConnectorDerived> connectors{};  ///< parallel to ConnectFacts::connectors
  std::shared_ptr<const ConnectHistory> history{};
};

/// "host:port" out of a worker's URL, as status answers name workers; empty: it is none.
std::string WorkerIdOf(std::string_view url);

/// What a worker has to run.
struct ConnectLoad {
  size_t connectors = 0;
  size_t tasks = 0;
};

ConnectLoad LoadOf(const ConnectMemberFacts& member);

}  // namespace klaxon
