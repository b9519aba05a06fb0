#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/secret.h"
#include "alerts/notify/receiver.h"
#include "alerts/receivers/poster.h"

namespace klaxon::receivers {

/// One server of Alertmanager, told of all alerts as Prometheus does it.
struct AlertmanagerOptions {
  Secret url{};  ///< of the server, e.g. "http://alertmanager:9093"; the API's path is added
  HttpOptions http{};
  Duration resend_delay = std::chrono::minutes{1};
};

/// What one server accepted last of an alert.
struct SentAlert {
  WallTime at{};
  WallTime starts_at{};
  std::optional<WallTime> ends_at{};
};

/// By fingerprint.
using LastSent = std::map<uint64_t, SentAlert>;

void Remember(const alerts::Alert& alert, WallTime at, LastSent& sent);

/// The alerts that are to be sent at `now`: those never sent, or sent with another begin or end,
/// and those whose resend delay has passed (prometheus/rules/alerting.go, needsSending, which knows
/// an end as new by its time; here the end may lie before what was sent meanwhile). Pure.
std::vector<alerts::Alert> DueFor(const std::vector<alerts::Alert>& alerts, const LastSent& sent,
                                  Duration resend_delay, WallTime now);

/// The body of POST /api/v2/alerts. What fires is valid for four resend delays from `now`, so that
/// three may be lost, or four intervals of its rule where those are longer (prometheus/rules/
/// alerting.go, sendAlerts: ValidUntil). When the clock was ahead, no time of what began or ended
/// lies after `now` all the same, and no begin after its end: such an alert Alertmanager refuses,
/// and answers 400, though it takes the others of the body (its api/v2, postAlertsHandler).
std::string AlertmanagerBody(const std::vector<alerts::Alert>& alerts, Duration resend_delay,
                             WallTime now);

std::unique_ptr<notify::Feed> MakeAlertmanager(const AlertmanagerOptions& options,
                                               const notify::ReceiverDeps& deps);

/// Asks a URL while rules are evaluated; when it stops, somebody else notices.
struct HeartbeatOptions {
  Secret url{};
  HttpOptions http{};
  bool post = false;
  Duration interval = std::chrono::minutes{1};
  Duration max_age = std::chrono::minutes{2};  ///< of an evaluation that counts as alive
};

std::unique_ptr<notify::Feed> MakeHeartbeat(const HeartbeatOptions& options,
                                            const notify::ReceiverDeps& deps);

}  // namespace klaxon::receivers
