#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/recovery/memory.h"
#include "agent/recovery/world.h"

/// What moves the memory of recovery: answers, restarts and what came of them, decisions.
namespace klaxon::recovery {

/// Whether another Kafka cluster stands behind the address than before: nothing that it tells
/// belongs to what is remembered.
bool IsAnother(const World& world, const Journal& journal);

/// The pause that holds for a connector; null: none.
const Pause* PauseOf(const Journal& journal, std::string_view connector);

/// It was seen once more.
void Extend(const Instant& now, Stretch& stretch);

/// What holds a connector back is forgotten.
void Forgive(uint64_t poll, ConnectorMemory& memory);

/// Takes what a new answer tells: failures that begin and end, restarts of others, configurations
/// that changed. Nothing is taken from an answer that is stale, was taken already, or is of another
/// Kafka cluster.
void Follow(const World& world, const Policy& policy, const Instant& now, Journal& journal);

/// What an answer tells of a restart of ours.
struct Followed {
  bool failed_again = false;  ///< a restart of ours was surely done, and did not help
};

/// Follows a restart that is under way; what became of it goes to `verified`. REQUIRES: the answer
/// is news.
Followed FollowRestart(const World& world, const Connector& connector, const Instant& now,
                       OwnRestarts& own, std::vector<Verified>& verified);

/// A restart of ours was sent.
void CountSent(MonoTime now, Journal& journal);

/// A restart of ours, with what Connect answered or that it did not.
struct RestartReply {
  RestartReport report{};
  Instant answered_at{};             ///< a busy worker takes seconds to look and to answer
  int64_t id = 0;                    ///< in the ledger
  std::vector<int32_t> restarted{};  ///< items, by Item::id; empty: all that was FAILED
  bool of_it = false;                ///< RestartAnswer::of_it
};

/// Remembers what Connect answered to a restart that was counted as an attempt before; `before` is
/// what was remembered then. kAccepted and kUnknown are under way from now on, the others are no
/// attempts. After kUnknown the whole cluster is left alone for a while, no longer than its own
/// verify.timeout; after kDenied, too, but if that is of the connector: then it alone, until
/// another is refused so and none was let through. REQUIRES: the journal knows the connector.
void TakeAnswer(const RestartReply& reply, const Connector& connector, const Policy& policy,
                const Attempts& before, Journal& journal);

/// Remembers that it was not sent after all, and why: it spends nothing, and is tried again later.
/// After kDenied as above. REQUIRES: as above; CountSent was not called.
void TakeUnsent(const RestartReply& reply, const Connector& connector, const Attempts& before,
                Journal& journal);

/// A restart that had no answer, because the agent ended before it came, too, holds as TakeAnswer
/// says of kUnknown. After what was remembered was read.
void HoldUnanswered(const Policy& policy, const Instant& now, Journal& journal);

/// What is not asked again now: why, and until when. Null: it was not refused by itself.
const Refusal* RefusalOf(const Journal& journal, std::string_view connector, const Instant& now);

/// Whether it was decided without knowing how the connector is: a quarantine goes on all the while.
bool SaysNothing(const RecoveryDecision& decision);

/// Remembers what was decided.
void Note(const std::vector<RecoveryDecision>& decisions, Journal& journal);

/// The wait after the n-th restart (n >= 1); the same each time it is asked for.
Duration BackoffOf(const Settings& settings, uint32_t attempts, std::string_view connector);

/// Moves the breaker. `found`: connectors that were FAILED when Klaxon looked for the first time,
/// if that was now.
void FollowBreaker(const World& world, const Policy& policy, size_t found, const Instant& now,
                   Journal& journal);

}  // namespace klaxon::recovery
