#include "exporters/api/rules.h"

#include <string_view>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "exporters/api/json.h"

namespace klaxon::api {
namespace {

/// RFC 3339 with milliseconds: Go's clients read it as it is.
std::string GoStamp(WallTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(time - whole);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(whole), rest.count());
}

/// As Prometheus shows a time that never was.
std::string GoStampOrZero(const std::optional<WallTime>& time) {
  return time ? GoStamp(*time) : "0001-01-01T00:00:00Z";
}

Json TextObject(const TextPairs& pairs) {
  Json json = Json::object();
  for (const auto& [name, value] : pairs) {
    json[ToUtf8(name)] = Text(value);
  }
  return json;
}

/// "5e+00": Go's 'e' with the fewest digits.
std::string Exponent(double value) {
  if (value != value) return "NaN";
  if (value - value != 0) return value > 0 ? "+Inf" : "-Inf";
  for (int digits = 0; digits < 17; ++digits) {
    std::string text = fmt::format("{:.{}e}", value, digits);
    if (std::stod(text) == value) return text;
  }
  return fmt::format("{:.17e}", value);
}

Json AlertJson(const BoardAlert& alert) {
  Json json{{"labels", TextObject(alert.labels)},
            {"annotations", TextObject(alert.annotations)},
            {"state", alert.phase},
            {"activeAt", GoStamp(alert.active_since)},
            {"value", Exponent(alert.value)}};
  if (alert.keep_firing_since) json["keepFiringSince"] = GoStamp(*alert.keep_firing_since);
  if (alert.unknown_since) json["unknownSince"] = GoStamp(*alert.unknown_since);
  if (!alert.unknown_why.empty()) json["unknownReason"] = Text(alert.unknown_why);
  for (const BoardSilence& silence : alert.silenced) {
    json["silencedBy"].push_back(silence.id);
  }
  if (alert.inhibited) json["inhibited"] = true;
  return json;
}

bool IsActiveAlert(const BoardAlert& alert) {
  return alert.phase != "inactive";
}

std::string_view RuleStateOf(const BoardRule& rule) {
  std::string_view state = "inactive";
  for (const BoardAlert& alert : rule.active) {
    if (alert.phase == "firing") return "firing";
    if (alert.phase == "pending") state = "pending";
  }
  return state;
}

Json AlertsOf(const BoardRule& rule) {
  Json alerts = Json::array();
  for (const BoardAlert& alert : rule.active) {
    if (IsActiveAlert(alert)) alerts.push_back(AlertJson(alert));
  }
  return alerts;
}

Json RuleJson(const BoardRule& rule) {
  Json json = Json::object();
  if (rule.alerts) json["state"] = RuleStateOf(rule);
  json["name"] = Text(rule.name);
  json["query"] = Text(rule.expression);
  if (rule.alerts) {
    json["duration"] = Seconds(rule.hold_for);
    json["keepFiringFor"] = Seconds(rule.keep_firing_for);
  }
  json["labels"] = TextObject(rule.labels);
  if (rule.alerts) {
    json["annotations"] = TextObject(rule.annotations);
    json["alerts"] = AlertsOf(rule);
  }
  json["health"] = rule.health;
  if (!rule.error.empty()) json["lastError"] = Text(rule.error);
  if (!rule.warnings.empty()) json["lastWarnings"] = rule.warnings;
  json["evaluationTime"] = Seconds(rule.took);
  json["lastEvaluation"] = GoStampOrZero(rule.evaluated_at);
  json["type"] = rule.alerts ? "alerting" : "recording";
  return json;
}

Json Succeeded(Json data) {
  return {{"status", "success"}, {"data", std::move(data)}};
}

}  // namespace

std::string RulesDocument(const RuleBoard& board, std::string_view type) {
  Json groups = Json::array();
  for (const BoardGroup& group : board.groups) {
    Json rules = Json::array();
    for (const BoardRule& rule : group.rules) {
      if (type.empty() || (type == "alert") == rule.alerts) rules.push_back(RuleJson(rule));
    }
    groups.push_back({{"name", Text(group.name)},
                      {"file", Text(group.file)},
                      {"rules", std::move(rules)},
                      {"interval", Seconds(group.interval)},
                      {"limit", group.limit},
                      {"evaluationTime", Seconds(group.took)},
                      {"lastEvaluation", GoStampOrZero(group.evaluated_at)}});
  }
  return Dump(Succeeded({{"groups", std::move(groups)}}));
}

std::string AlertsDocument(const RuleBoard& board) {
  Json alerts = Json::array();
  for (const BoardGroup& group : board.groups) {
    for (const BoardRule& rule : group.rules) {
      for (Json& alert : AlertsOf(rule)) {
        alerts.push_back(std::move(alert));
      }
    }
  }
  return Dump(Succeeded({{"alerts", std::move(alerts)}}));
}

}  // namespace klaxon::api
