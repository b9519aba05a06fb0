#pragma once

#include <stop_token>
#include <string>

#include "agent/base/clock.h"
#include "agent/model/section.h"

namespace klaxon {

/// What a poll may use.
struct PollContext {
  Clock& clock;
  Duration interval{};   ///< facts are good for three of these
  MonoTime deadline{};   ///< by then Poll must have returned, with what it has
  std::stop_token stop;  ///< when requested, return soon with what there is
};

/// How long facts of a source polled every `interval` stay true enough to show.
constexpr Duration GoodFor(Duration interval) {
  return 3 * interval;
}

/// Turns the I/O of one source into facts. No history beyond carrying the last facts of a part that
/// did not answer, no joins, no judgement: those are analysis.
///
/// Lifecycle: construction checks and does no I/O; Poll is called by one thread, never twice at a
/// time; destruction after the last Poll returned.
class Collector {
 public:
  Collector() = default;
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;
  virtual ~Collector() = default;

  /// Reads the source once. Never throws on purpose; a failed part is a Problem and leaves its old
  /// facts with an Answer that says why.
  virtual Reading Poll(const PollContext& context) = 0;
};

/// Which section a collector fills, and how often.
struct CollectorPlace {
  std::string cluster{};
  std::string collector{};  ///< kind: "kafka", "connect", ...
  std::string instance{};   ///< see Section::instance
  Duration interval{};
};

}  // namespace klaxon
