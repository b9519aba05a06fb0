#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "agent/base/clock.h"
#include "agent/model/section.h"
#include "collectors/collector.h"

namespace klaxon {

/// Takes what a poll brought. Called on the loop's thread; must not throw.
using PublishSection = std::function<void(SectionRef)>;

/// Polls one collector for ever, on a thread of its own.
///
/// The first poll starts at once. Later ones start on ticks one interval apart, at an offset that
/// depends on the section's title, so that many collectors do not all poll in the same moment (the
/// second poll comes half to one and a half intervals after the first). Polls never overlap: a tick
/// that passes while one runs is skipped and counted. What a collector throws becomes a Problem.
///
/// A problem is logged when it appears and when it has gone, or as Reading::endings says how it
/// ended; while it lasts, only at debug level.
class PollLoop {
 public:
  /// Starts polling. `clock` outlives the loop. `publish` gets a Section after every poll, except
  /// after one that a stop cut short.
  PollLoop(CollectorPlace place, std::unique_ptr<Collector> collector, Clock& clock,
           PublishSection publish);

  PollLoop(const PollLoop&) = delete;
  PollLoop& operator=(const PollLoop&) = delete;

  /// Stops and waits for a running poll, which returns soon.
  ~PollLoop() = default;

  /// Asks to stop without waiting, so that several loops can stop side by side. Thread-safe.
  void RequestStop() { thread_.request_stop(); }

 private:
  void Run(const std::stop_token& stop);
  Reading PollOnce(const std::stop_token& stop);
  void Account(Reading reading, const Instant& began);
  void LogChanges(const std::map<std::string, std::string>& endings);
  MonoTime NextTick(MonoTime last);

  const CollectorPlace place_;
  const std::string title_;
  const std::unique_ptr<Collector> collector_;
  Clock& clock_;
  const PublishSection publish_;

  PollStatus status_{};                    // this and below: touched by thread_ alone
  FactsRef facts_{};                       // newest; kept when a poll brings none
  std::map<std::string, Reason> known_{};  // problems of the poll before, by scope
  std::jthread thread_;                    // last: stopped and joined before the rest goes
};

}  // namespace klaxon
