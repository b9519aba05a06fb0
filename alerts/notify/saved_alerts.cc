#include "alerts/notify/saved_alerts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "agent/base/log.h"
#include "agent/base/text.h"
#include "alerts/notify/alert_text.h"
#include "alerts/notify/json_moment.h"

namespace klaxon::notify {
namespace {

using nlohmann::json;
using SavedMoment = std::optional<WallTime>;

constexpr std::string_view kEvaluatedAt = "at";

void PutMoment(json& object, const char* name, const SavedMoment& time) {
  if (time) {
    object[name] = StampOf(*time);
  }
}

SavedMoment TakeMoment(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? SavedMoment() : SavedMoment(MomentOf(*found));
}

std::string TextIn(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// A rule and the labels of its alert: what tells alerts apart.
std::string KeyOf(const alerts::SavedAlert& saved) {
  const alerts::RuleIdentity& rule = saved.rule;
  return json::array({ToUtf8(rule.file), ToUtf8(rule.group), ToUtf8(rule.rule), ToUtf8(rule.labels),
                      rule.occurrence, ToText(saved.alert.labels)})
      .dump();
}

std::string StateOf(const alerts::ActiveAlert& alert) {
  json object{{"annotations", ToText(alert.annotations)},
              {"phase", static_cast<int>(alert.phase)},
              {"active", StampOf(alert.active_since)}};
  if (std::isfinite(alert.value)) {
    object["value"] = alert.value;
  }
  PutMoment(object, "fired", alert.fired_at);
  PutMoment(object, "resolved", alert.resolved_at);
  PutMoment(object, "keep", alert.keep_firing_since);
  PutMoment(object, "unknown", alert.unknown_since);
  return object.dump();
}

std::optional<alerts::SavedAlert> SavedFrom(const std::string& key, const std::string& state) {
  constexpr size_t kParts = 6;
  const json identity = json::parse(key, nullptr, false);
  const json object = json::parse(state, nullptr, false);
  const bool texts = identity.is_array() && identity.size() == kParts &&
                     std::ranges::all_of(std::array<size_t, 5>{0, 1, 2, 3, 5},
                                         [&](size_t part) { return identity[part].is_string(); });
  if (!texts || !identity[4].is_number_integer() || !object.is_object() ||
      !object.value("phase", json()).is_number_integer()) {
    return std::nullopt;
  }
  alerts::SavedAlert saved;
  saved.rule = {.file = identity[0].get<std::string>(),
                .group = identity[1].get<std::string>(),
                .rule = identity[2].get<std::string>(),
                .labels = identity[3].get<std::string>(),
                .occurrence = identity[4].get<int64_t>()};
  const int64_t phase = std::clamp<int64_t>(object["phase"].get<int64_t>(), 0, 2);
  const json value = object.value("value", json());
  saved.alert = {
      .labels = LabelsFromText(identity[5].get<std::string>()).value_or(series::Labels()),
      .annotations = LabelsFromText(TextIn(object, "annotations")).value_or(series::Labels()),
      .value = value.is_number() ? value.get<double>() : std::nan(""),
      .phase = static_cast<alerts::Phase>(phase),
      .active_since = TakeMoment(object, "active").value_or(WallTime()),
      .fired_at = TakeMoment(object, "fired"),
      .resolved_at = TakeMoment(object, "resolved"),
      .keep_firing_since = TakeMoment(object, "keep"),
      .unknown_since = TakeMoment(object, "unknown")};
  return saved;
}

}  // namespace

std::map<std::string, std::string> ToStates(const alerts::SavedAlerts& saved) {
  std::map<std::string, std::string> states;
  states[std::string(kEvaluatedAt)] = json(StampOf(saved.at)).dump();
  for (const alerts::SavedAlert& each : saved.alerts) {
    states[KeyOf(each)] = StateOf(each.alert);
  }
  return states;
}

alerts::SavedAlerts FromStates(const std::map<std::string, std::string>& states) {
  alerts::SavedAlerts saved;
  for (const auto& [key, state] : states) {
    if (key == kEvaluatedAt) {
      saved.at = MomentOf(json::parse(state, nullptr, false));
    } else if (std::optional<alerts::SavedAlert> alert = SavedFrom(key, state)) {
      saved.alerts.push_back(*std::move(alert));
    } else {
      log::Error("notify", "the state of an alert cannot be read and is dropped");
    }
  }
  return saved;
}

}  // namespace klaxon::notify
