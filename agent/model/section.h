#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/model/answer.h"

namespace klaxon {

/// What one source said, as plain values. Each kind of source derives its own struct
/// (kafka_facts.h, connect_facts.h); immutable once published.
struct Facts {
  Facts() = default;
  Facts(const Facts&) = default;
  Facts(Facts&&) = default;
  Facts& operator=(const Facts&) = default;
  Facts& operator=(Facts&&) = default;
  virtual ~Facts() = default;

  /// Every answer that a fact in here refers to, each once: tells when something expires.
  std::vector<AnswerRef> answers{};
};

using FactsRef = std::shared_ptr<const Facts>;

/// A part of a poll that failed. The rest of the poll may be good.
struct Problem {
  std::string scope{};  ///< what it concerns, e.g. "broker 3" or "connector sink-7"; few and stable
  Error error;          ///< one line for people, with what to try
};

/// What one poll brought.
struct Reading {
  /// Null: none yet. Sources whose nodes are configured by name have facts from the first poll on,
  /// so that a node that never answered is told as such.
  FactsRef facts{};
  bool answered = false;            ///< something was read; false: only old facts are left
  std::vector<Problem> problems{};  ///< newest poll only
  /// By scope: how a problem of the poll before ended, where it was not mended.
  std::map<std::string, std::string> endings{};
};

/// How the polling itself goes. Counters count from the start of the process.
struct PollStatus {
  Duration interval{};
  uint64_t polls = 0;                      ///< finished, good or bad
  uint64_t missed = 0;                     ///< ticks skipped because a poll was still running
  std::map<Reason, uint64_t> failures{};   ///< problems by reason, summed over all polls
  Duration took{};                         ///< of the last poll
  Instant finished_at{};                   ///< of the last poll
  std::optional<Instant> last_answered{};  ///< end of the last poll that read something
  std::vector<Problem> problems{};         ///< of the last poll
};

/// What one collector last published. Immutable; the newest replaces the one before.
struct Section {
  std::string cluster{};    ///< name given in the configuration
  std::string collector{};  ///< kind of source: "kafka", "connect", ...
  std::string
      instance{};  ///< tells sources of one kind in one cluster apart; empty if there is one
  PollStatus status{};
  FactsRef facts{};  ///< null: none yet; see Reading

  /// "kafka/main" or "connect/main/etl": for logs and pages.
  std::string Title() const {
    return collector + "/" + cluster + (instance.empty() ? "" : "/" + instance);
  }
};

using SectionRef = std::shared_ptr<const Section>;

}  // namespace klaxon
