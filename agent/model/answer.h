#pragma once

#include <memory>
#include <optional>
#include <string>

#include "agent/base/clock.h"
#include "agent/base/result.h"

namespace klaxon {

/// Where a fact came from: one answer of one source. Immutable, shared by all facts it brought.
///
/// When a later attempt fails, its facts are kept and get a new Answer with the *old* `taken_at`
/// and the new `error`: the age goes on growing and the reason is at hand.
struct Answer {
  std::string source{};          ///< e.g. "ListOffsets of broker 3"; for people
  Instant taken_at{};            ///< when the values were true (the request was sent)
  Duration good_for{};           ///< older than this they are stale; three poll intervals
  std::optional<Error> error{};  ///< why the newest attempt brought nothing; empty: it did
};

using AnswerRef = std::shared_ptr<const Answer>;

enum class Freshness {
  kFresh,
  kStale,  ///< there was an answer, too long ago
  kNever,  ///< there never was one
};

/// The one place that decides whether a value may be shown as true. Used by metrics, page, alerts
/// and recovery alike. A null answer means kNever.
inline Freshness FreshnessOf(const AnswerRef& answer, const Instant& now) {
  if (answer == nullptr) {
    return Freshness::kNever;
  }
  return now.mono - answer->taken_at.mono > answer->good_for ? Freshness::kStale
                                                             : Freshness::kFresh;
}

inline bool IsFresh(const AnswerRef& answer, const Instant& now) {
  return FreshnessOf(answer, now) == Freshness::kFresh;
}

/// The first moment at which the answer is stale.
inline MonoTime ExpiryOf(const Answer& answer) {
  return answer.taken_at.mono + answer.good_for + Duration{1};
}

/// A copy of `answer` that says why the newest attempt failed. Null stays null.
AnswerRef WithError(const AnswerRef& answer, const Error& error);

}  // namespace klaxon
