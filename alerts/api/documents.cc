#include "alerts/api/documents.h"

#include <chrono>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "alerts/api/silence_text.h"

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

std::string Stamp(WallTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto part = std::chrono::duration_cast<std::chrono::milliseconds>(time - whole).count();
  std::string text = FormatWallTime(whole);
  text.insert(text.size() - 1, fmt::format(".{:03}", part));
  return text;
}

json LabelSet(const series::Labels& labels) {
  json object = json::object();
  for (const series::Label label : labels) {
    object[ToUtf8(label.name)] = ToUtf8(label.value);
  }
  return object;
}

json JsonOf(const notify::Silence& silence) {
  json matchers = json::array();
  for (const series::Matcher& matcher : silence.matchers) {
    matchers.push_back(JsonOf(matcher));
  }
  return {{"matchers", std::move(matchers)},
          {"startsAt", Stamp(silence.starts_at)},
          {"endsAt", Stamp(silence.ends_at)},
          {"createdBy", ToUtf8(silence.created_by)},
          {"comment", ToUtf8(silence.comment)}};
}

json ShownSilence(const notify::Silence& silence, WallTime now) {
  json object = JsonOf(silence);
  object["id"] = silence.id;
  object["status"] = {{"state", StateOf(silence, now)}};
  object["updatedAt"] = Stamp(silence.updated_at);
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
  json object{{"annotations", LabelSet(held.alert.annotations)},
              {"endsAt", Stamp(evaluated + kResolveTimeout)},
              {"fingerprint", alerts::FingerprintText(held.alert.labels)},
              {"labels", LabelSet(held.alert.labels)},
              {"receivers", std::move(receivers)},
              {"startsAt", Stamp(held.alert.starts_at)},
              {"updatedAt", Stamp(evaluated)},
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
