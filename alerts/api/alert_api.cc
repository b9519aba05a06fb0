#include "alerts/api/alert_api.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "agent/base/rfc3339.h"
#include "agent/base/text.h"
#include "alerts/api/documents.h"
#include "alerts/api/silence_text.h"
#include "alerts/notify/labels_json.h"

namespace klaxon::alert_api {
namespace {

using http::Request;
using http::Response;
using nlohmann::json;
using notify::HeldAlert;
using notify::Matchers;
using notify::Silence;

constexpr std::string_view kSilencePath = "/api/v2/silence/";

/// Alertmanager says what is wrong as a JSON text.
Response Wrong(int status, std::string_view words) {
  return http::JsonResponse(status, Dump(ToUtf8(words)));
}

Response NotNow() {
  return Wrong(503, "Klaxon starts, or ends; ask again");
}

Response Answered(const json& document) {
  Response response = http::JsonResponse(200, Dump(document));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

/// All `filter` parameters; each may hold several matchers.
Result<Matchers> FilterOf(const Request& request) {
  Matchers all;
  for (const auto& [name, text] : request.query) {
    if (name != "filter") continue;
    Result<Matchers> matchers = notify::ParseMatchers(text);
    if (!matchers) return Error(Reason::kInvalid, "filter: " + matchers.error().message());
    all.insert(all.end(), matchers->begin(), matchers->end());
  }
  return all;
}

/// Alertmanager holds a filter against the values that a silence's matchers have; what a silence
/// says nothing about fits no `=` and `=~` (api/v2/api.go, CheckSilenceMatchesFilterLabels).
bool Fits(const Silence& silence, const Matchers& filter) {
  return std::ranges::all_of(filter, [&](const series::Matcher& wanted) {
    const auto found = std::ranges::find(silence.matchers, wanted.name(), &series::Matcher::name);
    const bool negative = wanted.kind() == series::MatchKind::kNotEqual ||
                          wanted.kind() == series::MatchKind::kNotRegex;
    return found == silence.matchers.end() ? negative : wanted.Matches(found->value());
  });
}

/// Active ones that end soon first, then what comes, then what is over, the latest first.
auto OrderOf(const Silence& silence, WallTime now) {
  const int state = silence.ends_at <= now ? 2 : silence.starts_at <= now ? 0 : 1;
  const auto end = silence.ends_at.time_since_epoch().count();
  return std::tuple(state,
                    state == 2   ? -end
                    : state == 1 ? silence.starts_at.time_since_epoch().count()
                                 : end,
                    silence.id);
}

/// Who has set it: what they call themselves, and who they are where that differs.
std::string AuthorOf(const std::string& claimed, const std::string& user) {
  const std::string suffix = fmt::format(" (logged in as {})", user);
  if (user.empty() || claimed == user || claimed.ends_with(suffix)) return claimed;
  return claimed.empty() ? user : claimed + suffix;
}

bool Wanted(const Request& request, const char* name) {
  const std::string* const value = request.Query(name);
  return value == nullptr || *value != "false";
}

/// What the parameter `receiver` matches. Error: kInvalid.
Result<series::Matcher> ReceiversOf(const Request& request) {
  const std::string* const receiver = request.Query("receiver");
  Result<series::Matcher> names = series::Matcher::Make(series::MatchKind::kRegex, "receiver",
                                                        receiver == nullptr ? ".*" : *receiver);
  if (!names) return Error(Reason::kInvalid, "receiver: " + names.error().message());
  return names;
}

/// Those that the parameters leave. Error: kInvalid.
Result<std::vector<HeldAlert>> Chosen(const notify::Notifier& notifier, const Request& request) {
  const Result<Matchers> filter = FilterOf(request);
  if (!filter) return filter.error();
  const Result<series::Matcher> names = ReceiversOf(request);
  if (!names) return names.error();
  std::vector<HeldAlert> alerts = notifier.FiringAlerts();
  std::erase_if(alerts, [&](const HeldAlert& held) {
    const bool quiet = held.muted.any() || !held.quiet.empty();
    const bool asked = (quiet || Wanted(request, "active")) &&
                       (held.muted.silenced_by.empty() || Wanted(request, "silenced")) &&
                       (held.muted.inhibited_by.empty() || Wanted(request, "inhibited")) &&
                       (held.quiet.empty() || Wanted(request, "muted"));
    const bool received = std::ranges::any_of(
        held.places, [&](const auto& place) { return names->Matches(place.receiver); });
    return !asked || !received || !notify::MatchAll(*filter, held.alert.labels);
  });
  return alerts;
}

}  // namespace

Response ListSilences(const Desk& desk, const Request& request) {
  const notify::Notifier* const notifier = desk.notifier();
  if (notifier == nullptr) return NotNow();
  const Result<Matchers> filter = FilterOf(request);
  if (!filter) return Wrong(400, filter.error().message());
  const WallTime now = desk.clock.Now().wall;
  std::vector<Silence> silences = notifier->Silences();
  std::ranges::sort(silences, {}, [&](const Silence& silence) { return OrderOf(silence, now); });
  json list = json::array();
  for (const Silence& silence : silences) {
    if (Fits(silence, *filter)) list.push_back(ShownSilence(silence, now));
  }
  return Answered(list);
}

Response SetSilence(const Desk& desk, const Request& request) {
  notify::Notifier* const notifier = desk.notifier();
  if (notifier == nullptr) return NotNow();
  Result<Silence> silence = ReadPosted(request.body);
  if (!silence) return Wrong(400, silence.error().message());
  silence->created_by = AuthorOf(silence->created_by, request.user);
  if (Trim(silence->created_by).empty()) return Wrong(400, "say who: \"createdBy\" is empty");
  if (Trim(silence->comment).empty()) return Wrong(400, "say why: \"comment\" is empty");
  const std::string& wanted = silence->id;
  const std::vector<Silence> known = notifier->Silences();
  if (!wanted.empty() && std::ranges::find(known, wanted, &Silence::id) == known.end()) {
    return Wrong(404, fmt::format("there is no silence {}", Printable(wanted, 100)));
  }
  const Result<std::string> id = notifier->SetSilence(*std::move(silence));
  return id ? Answered({{"silenceID", *id}}) : Wrong(400, id.error().message());
}

Response GetSilence(const Desk& desk, const Request& request) {
  const notify::Notifier* const notifier = desk.notifier();
  if (notifier == nullptr) return NotNow();
  const std::string id = request.path.substr(kSilencePath.size());
  for (const Silence& silence : notifier->Silences()) {
    if (silence.id == id) return Answered(ShownSilence(silence, desk.clock.Now().wall));
  }
  return Wrong(404, fmt::format("there is no silence {}", Printable(id, 100)));
}

Response ExpireSilence(const Desk& desk, const Request& request) {
  notify::Notifier* const notifier = desk.notifier();
  if (notifier == nullptr) return NotNow();
  const std::string id = request.path.substr(kSilencePath.size());
  const Result<void> ended = notifier->ExpireSilence(id);
  if (ended) return http::JsonResponse(200, "");
  return Wrong(404, fmt::format("there is no silence {}", Printable(id, 100)));
}

Response ListAlerts(const Desk& desk, const Request& request) {
  const notify::Notifier* const notifier = desk.notifier();
  if (notifier == nullptr) return NotNow();
  const Result<std::vector<HeldAlert>> alerts = Chosen(*notifier, request);
  if (!alerts) return Wrong(400, alerts.error().message());
  const WallTime now = desk.clock.Now().wall;
  json list = json::array();
  for (const HeldAlert& held : *alerts) {
    list.push_back(ShownAlert(held, now));
  }
  return Answered(list);
}

Response ListGroups(const Desk& desk, const Request& request) {
  const notify::Notifier* const notifier = desk.notifier();
  if (notifier == nullptr) return NotNow();
  const Result<std::vector<HeldAlert>> alerts = Chosen(*notifier, request);
  if (!alerts) return Wrong(400, alerts.error().message());
  const Result<series::Matcher> receivers = ReceiversOf(request);
  if (!receivers) return Wrong(400, receivers.error().message());
  const WallTime now = desk.clock.Now().wall;
  std::map<std::pair<series::Labels, std::string>, json> groups;
  for (const HeldAlert& held : *alerts) {
    for (const notify::AlertPlace& place : held.places) {
      if (!receivers->Matches(place.receiver)) continue;
      json& group = groups.try_emplace({place.group, place.receiver}, json::array()).first->second;
      group.push_back(ShownAlert(held, now));
    }
  }
  json list = json::array();
  for (auto& [key, members] : groups) {
    list.push_back({{"labels", notify::LabelsAsJson(key.first)},
                    {"routeLabels", json::object()},
                    {"receiver", {{"name", ToUtf8(key.second)}}},
                    {"alerts", std::move(members)}});
  }
  return Answered(list);
}

Response Status(const Desk& desk, const Request&) {
  return Answered({{"cluster", {{"status", "disabled"}}},
                   {"config", {{"original", "# Klaxon does not show its configuration here.\n"}}},
                   {"uptime", FormatRfc3339(desk.started)},
                   {"versionInfo",
                    {{"version", desk.version},
                     {"revision", ""},
                     {"branch", ""},
                     {"buildUser", ""},
                     {"buildDate", ""},
                     {"goVersion", ""}}}});
}

Response ListReceivers(const Desk& desk, const Request&) {
  const notify::Notifier* const notifier = desk.notifier();
  if (notifier == nullptr) return NotNow();
  json list = json::array();
  for (const std::string& name : notifier->Receivers()) {
    list.push_back({{"name", ToUtf8(name)}});
  }
  return Answered(list);
}

}  // namespace klaxon::alert_api
