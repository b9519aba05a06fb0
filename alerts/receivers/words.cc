#include "alerts/receivers/words.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/text.h"
#include "alerts/templates/format.h"

namespace klaxon::receivers {
namespace {

using templates::Value;

std::map<std::string, std::string> MapOf(const series::Labels& labels) {
  std::map<std::string, std::string> map;
  for (const series::Label label : labels) {
    map[ToUtf8(label.name)] = ToUtf8(label.value);
  }
  return map;
}

series::Labels CommonOf(const std::vector<alerts::Alert>& alerts,
                        series::Labels alerts::Alert::* part) {
  if (alerts.empty()) {
    return {};
  }
  std::vector<std::pair<std::string, std::string>> common;
  for (const series::Label label : alerts.front().*part) {
    const bool all = std::ranges::all_of(alerts, [&](const alerts::Alert& alert) {
      return (alert.*part).Get(label.name) == label.value;
    });
    if (all) {
      common.emplace_back(label.name, label.value);
    }
  }
  return series::Labels(std::move(common));
}

std::string ValuesOf(const series::Labels& labels, const series::Labels& without) {
  std::string text;
  for (const series::Label label : labels) {
    if (without.Get(label.name).empty()) {
      text += (text.empty() ? "" : " ") + ToUtf8(label.value);
    }
  }
  return text;
}

Value AlertValue(const alerts::Alert& alert) {
  std::map<std::string, Value> map;
  map["Status"] = std::string(alert.firing() ? "firing" : "resolved");
  map["Labels"] = Value::OfLabels(MapOf(alert.labels));
  map["Annotations"] = Value::OfLabels(MapOf(alert.annotations));
  map["StartsAt"] = alert.starts_at;
  map["EndsAt"] = alert.ends_at.value_or(WallTime());
  map["Since"] = FormatWallTime(alert.starts_at);
  map["Until"] = alert.ends_at ? FormatWallTime(*alert.ends_at) : std::string();
  map["UnknownSince"] =
      alert.unknown_since && alert.firing() ? FormatWallTime(*alert.unknown_since) : std::string();
  map["GeneratorURL"] = ToUtf8(alert.generator_address);
  map["Fingerprint"] = alerts::FingerprintText(alert.labels);
  return Value::OfMap(std::move(map));
}

}  // namespace

Wording::Wording(std::string_view text)
    : source_(text), text_(templates::Template::Parse("default", std::string(text)).value()) {
}

Wording Wording::Read(config::YamlMap& yaml, std::string_view key, std::string_view fallback) {
  const std::string text = yaml.String(key, "");
  if (text.empty()) {
    return Wording(fallback);
  }
  Result<templates::Template> read = templates::Template::Parse(std::string(key), text);
  if (!read) {
    yaml.Complain(key, read.error().message());
    return Wording(fallback);
  }
  return {text, *std::move(read)};
}

std::string Wording::Of(const notify::Message& message, const std::string& external_url,
                        bool html) const {
  const templates::Environment environment{.now = message.at, .external_url = external_url};
  Result<std::string> text = std::string();
  for (const size_t most : {kMostAlertsShown, size_t{10}, size_t{1}}) {  // long annotations
    text = text_.Expand(DataOf(message, external_url, most), {.html = html}, environment);
    if (text || message.alerts.size() <= most) {
      break;
    }
  }
  if (text) {
    return *text;
  }
  const std::string wrong = fmt::format("<error expanding template: {}>", text.error().message());
  return html ? templates::EscapeHtml(wrong) : wrong;
}

Value DataOf(const notify::Message& message, const std::string& external_url, size_t most) {
  const series::Labels common = CommonLabels(message.alerts);
  std::vector<Value> all;
  std::vector<Value> firing;
  std::vector<Value> resolved;
  size_t fires = 0;
  for (const alerts::Alert& alert : message.alerts) {
    std::vector<Value>& list = alert.firing() ? firing : resolved;
    fires += alert.firing() ? 1U : 0U;
    if (list.size() < most) {
      list.push_back(AlertValue(alert));
      all.push_back(list.back());
    }
  }
  const size_t ends = message.alerts.size() - fires;
  std::map<std::string, Value> data;
  data["Status"] = std::string(message.firing() ? "firing" : "resolved");
  data["Receiver"] = message.receiver;
  data["GroupKey"] = ToUtf8(message.group_key);
  data["GroupLabels"] = Value::OfLabels(MapOf(message.group_labels));
  data["CommonLabels"] = Value::OfLabels(MapOf(common));
  data["CommonAnnotations"] = Value::OfLabels(MapOf(CommonAnnotations(message.alerts)));
  data["ExternalURL"] = external_url;
  data["GroupText"] = ValuesOf(message.group_labels, {});
  data["CommonText"] = ValuesOf(common, message.group_labels);
  data["FiringCount"] = static_cast<int64_t>(fires);
  data["ResolvedCount"] = static_cast<int64_t>(ends);
  data["MoreFiring"] = static_cast<int64_t>(fires - firing.size());
  data["MoreResolved"] = static_cast<int64_t>(ends - resolved.size());
  data["Alerts"] = Value::OfList(std::move(all));
  data["Firing"] = Value::OfList(std::move(firing));
  data["Resolved"] = Value::OfList(std::move(resolved));
  return Value::OfMap(std::move(data));
}

series::Labels CommonLabels(const std::vector<alerts::Alert>& alerts) {
  return CommonOf(alerts, &alerts::Alert::labels);
}

series::Labels CommonAnnotations(const std::vector<alerts::Alert>& alerts) {
  return CommonOf(alerts, &alerts::Alert::annotations);
}

std::string Cut(std::string_view text, size_t characters) {
  constexpr std::string_view kDots = "...";
  size_t count = 0;
  size_t cut = 0;  // where the dots would go
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0U) == 0x80U) {
      continue;
    }
    cut = count + kDots.size() == characters ? i : cut;
    if (++count > characters) {
      return std::string(text.substr(0, cut)) + std::string(kDots);
    }
  }
  return std::string(text);
}

}  // namespace klaxon::receivers
