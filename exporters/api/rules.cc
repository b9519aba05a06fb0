#include "exporters/api/rules.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include <fmt/format.h>

#include "agent/base/rfc3339.h"
#include "exporters/api/json.h"

namespace klaxon::api {
namespace {

/// As Prometheus shows a time that never was.
std::string StampOrZero(const std::optional<WallTime>& time) {
  return time ? FormatRfc3339(*time) : "0001-01-01T00:00:00Z";
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
            {"activeAt", FormatRfc3339(alert.active_since)},
            {"value", Exponent(alert.value)}};
  if (alert.keep_firing_since) json["keepFiringSince"] = FormatRfc3339(*alert.keep_firing_since);
  if (alert.unknown_since) json["unknownSince"] = FormatRfc3339(*alert.unknown_since);
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
  json["lastEvaluation"] = StampOrZero(rule.evaluated_at);
  json["type"] = rule.alerts ? "alerting" : "recording";
  return json;
}

bool Fits(const std::vector<std::string>& wanted, const std::string& text) {
  return wanted.empty() || std::ranges::find(wanted, text) != wanted.end();
}

bool FitsRule(const RulesFilter& filter, const BoardRule& rule) {
  const bool kind = filter.type.empty() || (filter.type == "alert") == rule.alerts;
  return kind && Fits(filter.names, rule.name);
}

/// The first of that name, as Go's url.Values.Get, in lower case; empty: there is none.
std::string FirstLowered(const std::vector<std::pair<std::string, std::string>>& parameters,
                         std::string_view name) {
  for (const auto& [key, value] : parameters) {
    if (key != name) continue;
    std::string lowered = value;
    std::ranges::transform(lowered, lowered.begin(), [](char byte) {
      return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
    });
    return lowered;
  }
  return {};
}

bool IsOneOf(std::initializer_list<std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

Json Succeeded(Json data) {
  return {{"status", "success"}, {"data", std::move(data)}};
}

}  // namespace

Result<RulesFilter> ReadRulesFilter(
    const std::vector<std::pair<std::string, std::string>>& parameters) {
  RulesFilter filter{.type = FirstLowered(parameters, "type")};
  if (!filter.type.empty() && filter.type != "alert" && filter.type != "record") {
    return Error(Reason::kInvalid, "type: expected alert or record");
  }
  const std::string exclude = FirstLowered(parameters, "exclude_alerts");
  filter.exclude_alerts = IsOneOf({"1", "t", "true"}, exclude);
  if (!filter.exclude_alerts && !IsOneOf({"", "0", "f", "false"}, exclude)) {
    return Error(Reason::kInvalid, "exclude_alerts: expected true or false");
  }
  for (const auto& [name, value] : parameters) {
    if (name == "rule_name[]") {
      filter.names.push_back(value);
    } else if (name == "rule_group[]") {
      filter.groups.push_back(value);
    } else if (name == "file[]") {
      filter.files.push_back(value);
    }
  }
  return filter;
}

std::string RulesDocument(const RuleBoard& board, const RulesFilter& filter) {
  const bool all = filter.type.empty() && filter.names.empty();
  Json groups = Json::array();
  for (const BoardGroup& group : board.groups) {
    if (!Fits(filter.groups, group.name) || !Fits(filter.files, group.file)) continue;
    Json rules = Json::array();
    for (const BoardRule& rule : group.rules) {
      if (!FitsRule(filter, rule)) continue;
      Json& json = rules.emplace_back(RuleJson(rule));
      if (filter.exclude_alerts) json.erase("alerts");
    }
    if (rules.empty() && !all) continue;
    groups.push_back({{"name", Text(group.name)},
                      {"file", Text(group.file)},
                      {"rules", std::move(rules)},
                      {"interval", Seconds(group.interval)},
                      {"limit", group.limit},
                      {"evaluationTime", Seconds(group.took)},
                      {"lastEvaluation", StampOrZero(group.evaluated_at)}});
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
