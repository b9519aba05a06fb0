#include "alerts/notify/alert_text.h"

#include <cmath>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "agent/base/text.h"
#include "alerts/notify/json_moment.h"
#include "alerts/notify/labels_json.h"

namespace klaxon::notify {
namespace {

using nlohmann::json;

series::Labels LabelsIn(const json& object) {
  std::vector<std::pair<std::string, std::string>> labels;
  if (object.is_object()) {
    for (const auto& [name, value] : object.items()) {
      if (value.is_string()) {
        labels.emplace_back(name, value.get<std::string>());
      }
    }
  }
  return series::Labels(std::move(labels));
}

json JsonOf(const alerts::Alert& alert) {
  json object{{"labels", LabelsAsJson(alert.labels)},
              {"annotations", LabelsAsJson(alert.annotations)},
              {"starts", StampOf(alert.starts_at)},
              {"page", ToUtf8(alert.generator_address)}};
  if (alert.ends_at) {
    object["ends"] = StampOf(*alert.ends_at);
  }
  if (alert.unknown_since) {
    object["unknown"] = StampOf(*alert.unknown_since);
  }
  if (std::isfinite(alert.value)) {  // JSON has no other numbers
    object["value"] = alert.value;
  }
  return object;
}

alerts::Alert AlertIn(const json& object) {
  const json none;
  const auto part = [&](const char* name) -> const json& {
    const auto found = object.find(name);
    return found == object.end() ? none : *found;
  };
  alerts::Alert alert{.labels = LabelsIn(part("labels")),
                      .annotations = LabelsIn(part("annotations")),
                      .starts_at = MomentOf(part("starts"))};
  if (part("ends").is_number()) {
    alert.ends_at = MomentOf(part("ends"));
  }
  if (part("unknown").is_number()) {
    alert.unknown_since = MomentOf(part("unknown"));
  }
  alert.value = part("value").is_number() ? part("value").get<double>() : std::nan("");
  alert.generator_address = part("page").is_string() ? part("page").get<std::string>() : "";
  return alert;
}

}  // namespace

std::string ToText(const AlertMap& alerts) {
  json list = json::array();
  for (const auto& [fingerprint, alert] : alerts) {
    list.push_back(JsonOf(alert));
  }
  return list.dump();
}

std::optional<AlertMap> AlertsFromText(std::string_view text) {
  const json list = json::parse(text, nullptr, false);
  if (!list.is_array()) {
    return std::nullopt;
  }
  AlertMap alerts;
  for (const json& object : list) {
    if (!object.is_object()) {
      return std::nullopt;
    }
    alerts::Alert alert = AlertIn(object);
    const uint64_t fingerprint = alerts::Fingerprint(alert.labels);
    alerts.emplace(fingerprint, std::move(alert));
  }
  return alerts;
}

std::string ToText(const series::Labels& labels) {
  return LabelsAsJson(labels).dump();
}

std::optional<series::Labels> LabelsFromText(std::string_view text) {
  const json object = json::parse(text, nullptr, false);
  return object.is_object() ? std::optional(LabelsIn(object)) : std::nullopt;
}

}  // namespace klaxon::notify
