#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/state/database.h"
#include "alerts/notify/memory.h"
#include "alerts/notify/settings.h"
#include "alerts/notify/silence.h"

namespace klaxon::notify {

/// What an evaluation of all rules found.
struct Evaluation {
  /// All alerts that fire, of all rules, and those that were resolved in the last 15 minutes. What
  /// was told as firing and is not in it counts as resolved: after a restart it must hold what
  /// fired before.
  std::vector<alerts::Alert> alerts{};
  Instant at{};
  /// All that the rules want to find again after a restart, by keys of their own: what is not in it
  /// is forgotten. Written in the same transaction as what receivers must be told.
  std::map<std::string, std::string> states{};
  uint64_t edition = 0;  ///< of the configuration by which it was made, as of Settings
};

/// An attempt that ended, for the page.
struct Receipt {
  WallTime at{};
  std::string integration{};
  std::string group_key{};
  Outcome outcome = Outcome::kAccepted;
  std::string words{};
  int64_t firing = 0;
  int64_t resolved = 0;
};

/// How one integration or feed stands. Counts are since the start.
struct SenderReport {
  std::string id{};
  std::string kind{};
  uint64_t sent = 0;     ///< attempts that were accepted
  uint64_t failed = 0;   ///< attempts that were not
  size_t waiting = 0;    ///< groups in the outbox
  WallTime oldest{};     ///< since when the oldest of them waits; 0: none
  std::string words{};   ///< of the last attempt; empty: there was none
  bool failing = false;  ///< the last attempt was not accepted
  WallTime last_at{};
};

struct Report {
  bool durable = false;
  std::string not_durable_because{};
  /// Since the start, to find what is to be sent next: what tests hold against the number of
  /// groups. Shown to nobody.
  uint64_t accounts_examined = 0;
  std::vector<SenderReport> senders{};
  std::vector<Receipt> receipts{};  ///< the newest 100, newest first
};

/// Where an alert goes: a receiver, and the labels of its group there.
struct AlertPlace {
  std::string receiver{};
  series::Labels group{};

  friend bool operator==(const AlertPlace&, const AlertPlace&) = default;
};

/// An alert that fires, and whether people hear of it.
struct HeldAlert {
  alerts::Alert alert{};  ///< with the labels of its owners
  Muted muted{};
  std::vector<AlertPlace> places{};  ///< none: nobody is to be told of anything
  std::vector<std::string> quiet{};  ///< by which time intervals, if all places are quiet now
};

/// What a notifier needs. All of it outlives it.
struct Resources {
  Clock& clock;
  http::HttpClient& http;
  /// The database; asked again while it cannot be had. Null: nothing outlives the process.
  std::function<Result<state::Database*>()> open{};
  std::string missing{};  ///< why there is none; one line
  /// Told of each step ("decided", "committed", "sent", "answered", "removed"), on the thread that
  /// makes it: for tests that end the process there. May be empty.
  std::function<void(std::string_view step)> checkpoint{};
};

/// Tells receivers of alerts, at least once, also over the end of the process: what must be told is
/// on the disk before it is sent and stays there until it was accepted. Where the disk does not
/// take it, it goes on in memory and says so.
///
/// One thread decides; each integration and feed has one that sends. Thread-safe.
class Notifier {
 public:
  /// Reads what was left by the last process and begins to send it.
  Notifier(const Resources& resources, Settings settings);
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;
  /// Gives what is being sent one second to be answered, then cancels it; what was not accepted
  /// stays in the outbox.
  ~Notifier();

  /// What the rules wanted to find again: the newest `Evaluation::states` that was written.
  std::map<std::string, std::string> RestoredStates() const;

  /// The same of a database that could not be had at the start and can be now: once, and nothing
  /// otherwise. The evaluation that is told next must hold what fired then.
  std::optional<std::map<std::string, std::string>> TakeLateStates();

  /// Takes the newest evaluation; returns at once. One that was not looked at yet is dropped.
  void Tell(Evaluation evaluation);

  /// Other routes and receivers from now on; what is waiting for those that stay is kept. Nothing
  /// is decided or pushed before there is an evaluation of this edition, for a minute at most:
  /// labels that the new routes ask for may be new with them.
  void Reload(Settings settings);

  /// A silence gets an id and is written; with the id of one that is there, that one is changed. A
  /// new one that began in the past begins now. Error: kInvalid, it has no matchers, matches
  /// everything, ends before it begins or in the past, or there are too many.
  Result<std::string> SetSilence(Silence silence);
  /// Ends a silence now; one that has ended stays as it is. Error: kInvalid, there is none of that
  /// id.
  Result<void> ExpireSilence(const std::string& id);
  /// Those that end in the future or ended in the last five days.
  std::vector<Silence> Silences() const;

  /// All that fire, as of the last evaluation.
  std::vector<HeldAlert> FiringAlerts() const;
  /// Of each of these alerts, as rules found them; those that fire must all be among them.
  std::vector<Muted> MutedOf(std::vector<alerts::Alert> alerts) const;

  /// The names of those who can be told, in the order of the configuration.
  std::vector<std::string> Receivers() const;

  Report GetReport() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::notify
