#pragma once

#include <optional>
#include <set>
#include <string>

#include "agent/analysis/connect/history.h"
#include "agent/analysis/connect/join.h"

/// What the judges of a connector share; for .cc files of this folder only.
namespace klaxon::analysis {

/// What all connectors of a cluster are judged by.
struct ConnectGround {
  const ConnectFacts& facts;
  const ConnectWorkersGroup& workers;
  const KafkaPart* kafka = nullptr;  ///< null: not joined
  Instant now{};
  std::set<std::string> alive{};                        ///< "host:port" of the group's members
  bool joining = false;                                 ///< a member has not told its address yet
  std::set<std::pair<std::string, int32_t>> carried{};  ///< connector (task -1) and tasks
};

/// Something that may be so of a connector or a task.
struct ConnectCondition {
  ConnectFault fault = ConnectFault::kFailed;
  int32_t task = -1;
  Truth truth = Truth::kUnknown;
  /// When what it was made of was true: the oldest answer.
  Instant observed{};
  /// It must hold from one observation to one that is so much later; 0: one is enough.
  Duration grace{};
  std::string why{};
};

/// One connector being judged: facts, what is remembered, and what comes out.
struct ConnectCase {
  const ConnectGround& ground;
  const ConnectorFacts& facts;
  ConnectorHistory& history;
  ConnectorDerived& derived;

  /// Weighs a condition against how long it has held. Adds the verdict and returns true if it has
  /// for its grace. Unknown neither begins nor ends it.
  bool Weigh(const ConnectCondition& condition);

  /// Whether it has a fault. What was said of another item of it counts on: one that has it is
  /// enough, and one that is unknown leaves the whole unknown.
  void Tell(ConnectFault fault, Truth truth);

  /// REQUIRES: its state is known.
  const Instant& observed() const { return StateAnswer(ground.facts, facts)->taken_at; }
};

/// Two answers, however soon one after the other.
constexpr Duration kTwoAnswers{1};

/// How long the states of the connector and its tasks have lasted, and how often they failed.
void JudgeStates(ConnectCase& subject);

/// Failed, no status, ghost, zero tasks, unassigned, restarting, disagreement, flapping.
void JudgeFaults(ConnectCase& subject);

/// Whether data flows, and dead letters.
void JudgeProgress(ConnectCase& subject);

/// The same of a sink that runs, by its consumer group. REQUIRES: ground.kafka is there.
void JudgeSink(ConnectCase& subject);

/// Takes where something is now.
void TakePlace(std::string at, const Instant& when, ConnectProgress& progress);

}  // namespace klaxon::analysis
