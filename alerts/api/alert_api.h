#pragma once

#include <functional>

#include "agent/base/clock.h"
#include "agent/http/message.h"
#include "alerts/notify/notifier.h"

/// Alertmanager's API, version 2, as far as a Klaxon that runs has what it is about (alertmanager/
/// api/v2/openapi.yaml): amtool and Karma read and set silences with it. Handlers are thread-safe.
namespace klaxon::alert_api {

/// What the handlers need.
struct Desk {
  Clock& clock;
  /// Null: Klaxon starts, or ends. What it points to lives as long as the handler runs.
  std::function<notify::Notifier*()> notifier{};
  std::string version{};
  WallTime started{};
};

/// GET /api/v2/silences: with `filter` parameters, only those whose own matchers fit them.
http::Response ListSilences(const Desk& desk, const http::Request& request);

/// POST /api/v2/silences: a new one, or with the `id` of one that is there, that one changed.
/// Answers {"silenceID": ...}; 400 and 404 with what is wrong, as a JSON text.
http::Response SetSilence(const Desk& desk, const http::Request& request);

/// GET and DELETE /api/v2/silence/ID. A silence that is deleted ends now; it is shown for five
/// days.
http::Response GetSilence(const Desk& desk, const http::Request& request);
http::Response ExpireSilence(const Desk& desk, const http::Request& request);

/// GET /api/v2/alerts and /api/v2/alerts/groups: those that fire, with `filter`, `receiver`,
/// `active`, `silenced` and `inhibited` as Alertmanager has them.
http::Response ListAlerts(const Desk& desk, const http::Request& request);
http::Response ListGroups(const Desk& desk, const http::Request& request);

/// GET /api/v2/status and /api/v2/receivers.
http::Response Status(const Desk& desk, const http::Request& request);
http::Response ListReceivers(const Desk& desk, const http::Request& request);

}  // namespace klaxon::alert_api
