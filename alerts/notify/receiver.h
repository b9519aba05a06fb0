#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "alerts/model/alert.h"

namespace klaxon::http {
class HttpClient;
}

/// The seam to those who are told.
namespace klaxon::notify {

/// What one receiver is told of one group: its state as it is. A value.
struct Message {
  std::string receiver{};   ///< as the configuration names it
  std::string group_key{};  ///< the same as long as the group lives
  series::Labels group_labels{};
  std::vector<alerts::Alert> alerts{};  ///< firing ones first; at least one
  WallTime at{};                        ///< when it was decided
  /// Who knows of what fires: then that is what is told. Only to receivers that can tell it.
  std::string acknowledgement{};
  WallTime since{};  ///< since when it is owed: with what it says, what tells it from all others

  bool firing() const { return !alerts.empty() && alerts.front().firing(); }
};

enum class Outcome {
  kAccepted,
  kRetry,    ///< nobody knows whether it was taken, or it can succeed later
  kGivenUp,  ///< it cannot succeed as it is: it is told again when there is something new
};

/// What became of one attempt.
struct Delivery {
  Outcome outcome = Outcome::kRetry;
  std::string words{};  ///< one printable line without secrets, e.g. "answered 202"
  std::optional<Duration> retry_after{};  ///< what the receiver asked for
  /// It failed as any message would have, as far as one attempt can tell (receiver_pause.h).
  bool of_receiver = false;

  static Delivery Accepted(std::string words) { return {Outcome::kAccepted, std::move(words), {}}; }
};

/// Until when an attempt may last.
struct Patience {
  MonoTime deadline{};
  std::stop_token stop{};
  WallTime now{};  ///< for Retry-After dates
};

/// One place to which messages go. Called by one thread at a time.
class Receiver {
 public:
  Receiver() = default;
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  virtual ~Receiver() = default;

  virtual Delivery Send(const Message& message, const Patience& patience) = 0;
};

/// One place that is told of all alerts again and again, whatever the routes: an Alertmanager, a
/// heartbeat. Called by one thread at a time.
class Feed {
 public:
  Feed() = default;
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  virtual ~Feed() = default;

  /// Sends what is due. `evaluated`: when `alerts` were found. Nothing: there was nothing to send.
  virtual std::optional<Delivery> Push(const std::vector<alerts::Alert>& alerts,
                                       const Instant& evaluated, const Instant& now,
                                       const Patience& patience) = 0;

  /// How long after a push, whatever came of it, the next may be due; also the deadline of one.
  virtual Duration Pause() const = 0;
};

/// What receivers are made from. It outlives them.
struct ReceiverDeps {
  http::HttpClient& http;
  std::string external_url{};  ///< where people reach Klaxon; for links
};

/// A receiver's configuration, of one kind: "ops/slack[0]".
struct Integration {
  std::string id{};
  std::string receiver{};
  std::string kind{};  ///< "slack": the label `integration` of metrics
  bool send_resolved = true;
  bool send_acknowledged = false;  ///< it is told when somebody has silenced what fires
  std::function<std::unique_ptr<Receiver>(const ReceiverDeps& deps)> make{};
};

/// The same of a feed; its id is what it is called.
struct FeedSettings {
  std::string id{};
  std::string kind{};
  std::function<std::unique_ptr<Feed>(const ReceiverDeps& deps)> make{};
};

}  // namespace klaxon::notify
