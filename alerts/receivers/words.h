#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "agent/config/yaml_map.h"
#include "alerts/notify/receiver.h"
#include "alerts/templates/template.h"

/// What people read: messages through templates.
namespace klaxon::receivers {

/// A text of the configuration, or the default; ready to be expanded.
class Wording {
 public:
  /// REQUIRES: the text is a template.
  explicit Wording(std::string_view text);

  /// Reads a template under `key`. A mistake goes to the document.
  static Wording Read(config::YamlMap& yaml, std::string_view key, std::string_view fallback);

  /// A template that fails gives "<error expanding template: ...>": no page is lost to it.
  std::string Of(const notify::Message& message, const std::string& external_url,
                 bool html = false) const;

  /// The template as it was written.
  const std::string& source() const { return source_; }

 private:
  Wording(std::string source, templates::Template text)
      : source_(std::move(source)), text_(std::move(text)) {}

  std::string source_;
  templates::Template text_;
};

/// Alerts of a message that templates see of each kind, firing and resolved: texts of thousands are
/// read by nobody, and no chat takes them.
inline constexpr size_t kMostAlertsShown = 100;

/// What templates see: Status, Receiver, GroupKey, GroupLabels, CommonLabels, CommonAnnotations,
/// ExternalURL, Alerts, Firing, Resolved (lists of Status, Labels, Annotations, StartsAt, EndsAt,
/// GeneratorURL, Fingerprint, UnknownSince), GroupText, CommonText (values with blanks between),
/// FiringCount, ResolvedCount (of all), MoreFiring, MoreResolved (those that the lists leave out:
/// they hold the first `most`).
templates::Value DataOf(const notify::Message& message, const std::string& external_url,
                        size_t most = kMostAlertsShown);

/// Labels that all of the alerts have with the same value.
series::Labels CommonLabels(const std::vector<alerts::Alert>& alerts);
series::Labels CommonAnnotations(const std::vector<alerts::Alert>& alerts);

/// At most so many characters of UTF-8, "..." at the end of what was cut.
std::string Cut(std::string_view text, size_t characters);

/// "[FIRING:2] Lag orders (kafka critical)", in substance Alertmanager's default title.
inline constexpr std::string_view kDefaultTitle =
    R"([{{ .Status | toUpper }}{{ if .Firing }}:{{ .FiringCount }}{{ end }}] {{ .GroupText }}{{ if .CommonText }} ({{ .CommonText }}){{ end }})";

/// A paragraph an alert.
inline constexpr std::string_view kDefaultText =
    R"({{ define "alert" }}{{ .Labels.alertname }}{{ if .Annotations.summary }}: {{ .Annotations.summary }}{{ end }}
{{ if .Annotations.description }}{{ .Annotations.description }}
{{ end }}{{ if .UnknownSince }}Not known since {{ .UnknownSince }}: it may be over.
{{ end }}{{ range $name, $value := .Labels }}  {{ $name }} = {{ $value }}
{{ end }}{{ if .Annotations.runbook_url }}Runbook: {{ .Annotations.runbook_url }}
{{ end }}{{ if .GeneratorURL }}Rule: {{ .GeneratorURL }}
{{ end }}Since {{ .Since }}{{ if .Until }}, until {{ .Until }}{{ end }}
{{ end }}{{ if .Firing }}Firing:
{{ range .Firing }}
{{ template "alert" . }}{{ end }}{{ if .MoreFiring }}
... and {{ .MoreFiring }} more
{{ end }}{{ end }}{{ if .Resolved }}{{ if .Firing }}
{{ end }}Resolved:
{{ range .Resolved }}
{{ template "alert" . }}{{ end }}{{ if .MoreResolved }}
... and {{ .MoreResolved }} more
{{ end }}{{ end }})";

}  // namespace klaxon::receivers
