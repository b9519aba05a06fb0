#pragma once

#include <algorithm>
#include <cstddef>

#include "agent/base/result.h"
#include "agent/registry/client.h"
#include "collectors/collector.h"

namespace klaxon::schema_registry_collector {

/// What the parts of one poll share: the node that tells the inventory, and how long it may take.
struct Round {
  const registry::RegistryClient& node;
  const PollContext& context;
  Duration request_timeout{};
  MonoTime until{};  ///< no new request after this, so that the poll ends in time

  registry::Patience Next() const {
    return {.deadline = std::min(context.deadline, context.clock.Now().mono + request_timeout),
            .stop = context.stop};
  }

  bool MayGoOn() const {
    return context.clock.Now().mono < until && !context.stop.stop_requested();
  }
};

/// Whether nobody answers any more. An answer that is no good says nothing about the next one.
inline bool EndsRound(const Error& error) {
  return error.reason() == Reason::kUnreachable || error.reason() == Reason::kTimeout ||
         error.reason() == Reason::kCancelled;
}

/// Keeps the first failure of a round that goes on after answers that are no good.
class Failures {
 public:
  /// False: the round has to end.
  bool Take(const Result<void>& done) {
    if (first_ && !done) {
      first_ = done;
    }
    return done || !EndsRound(done.error());
  }

  const Result<void>& first() const { return first_; }

 private:
  Result<void> first_{};
};

}  // namespace klaxon::schema_registry_collector
