#include "alerts/api/documents.h"

#include <chrono>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/rfc3339.h"
#include "alerts/api/silence_text.h"
#include "alerts/notify/labels_json.h"

namespace klaxon::alert_api {
namespace {

using nlohmann::json;
using series::MatchKind;

json JsonOf(const series::Matcher& matcher) {
  const MatchKind kind = matcher.kind();
  return {{"name", ToUtf8(matcher.name())},
          {"value", ToUtf8(matcher.value())},
          {"isRegex", kind == MatchKind::kRegex || kind == MatchKind::kNotRegex},
          {"isEqual", kind == MatchKind::kEqual || kind == MatchKind::kRegex}};
}

}  // namespace

json JsonOf(const notify::Silence& silence) {
  json matchers = json::array();
  for (const series::Matcher& matcher : silence.matchers) {
    matchers.push_back(JsonOf(matcher));
  }
  return {{"matchers", std::move(matchers)},
          {"startsAt", FormatRfc3339(silence.starts_at)},
          {"endsAt", FormatRfc3339(silence.ends_at)},
          {"createdBy", ToUtf8(silence.created_by)},
          {"comment", ToUtf8(silence.comment)}};
}

json ShownSilence(const notify::Silence& silence, WallTime now) {
  json object = JsonOf(silence);
  object["id"] = silence.id;
  object["status"] = {{"state", StateOf(silence, now)}};
  object["updatedAt"] = FormatRfc3339(silence.updated_at);
  object["annotations"] = json::object();
  return object;
}

json ShownAlert(const notify::HeldAlert& held, WallTime evaluated) {
  // So long Alertmanager believes an alert of whose end nobody has said anything.
  constexpr auto kResolveTimeout = std::chrono::minutes{5};
  json receivers = json::array();
  for (const notify::AlertPlace& place : held.places) {
    receivers.push_back({{"name", ToUtf8(place.receiver)}});
  }
  json object{{"annotations", notify::LabelsAsJson(held.alert.annotations)},
              {"endsAt", FormatRfc3339(evaluated + kResolveTimeout)},
              {"fingerprint", alerts::FingerprintText(held.alert.labels)},
              {"labels", notify::LabelsAsJson(held.alert.labels)},
              {"receivers", std::move(receivers)},
              {"startsAt", FormatRfc3339(held.alert.starts_at)},
              {"updatedAt", FormatRfc3339(evaluated)},
              {"status",
               {{"state", held.muted.any() || !held.quiet.empty() ? "suppressed" : "active"},
                {"silencedBy", held.muted.silenced_by},
                {"inhibitedBy", held.muted.inhibited_by},
                {"mutedBy", held.quiet}}}};
  if (!held.alert.generator_address.empty()) {
    object["generatorURL"] = ToUtf8(held.alert.generator_address);
  }
  return object;
}

}  // namespace klaxon::alert_api
