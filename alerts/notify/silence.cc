#include "alerts/notify/silence.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "agent/series/labels.h"

namespace klaxon::notify {
namespace {

/// Firing alerts that match the source of one rule, by the labels that must be equal: the first
/// of all, and the first that does not match the target too.
struct SourcesOfRule {
  struct Sources {
    const alerts::Alert* any = nullptr;
    const alerts::Alert* one_sided = nullptr;
  };

  SourcesOfRule(const InhibitRule& of, const std::vector<alerts::Alert>& alerts)
      : rule(of), equal(series::LabelFilter::Only(of.equal)) {
    for (const alerts::Alert& alert : alerts) {
      if (!alert.firing() || !MatchAll(rule.source, alert.labels)) {
        continue;
      }
      Sources& sources = found[equal.Apply(alert.labels)];
      sources.any = sources.any == nullptr ? &alert : sources.any;
      if (sources.one_sided == nullptr && !MatchAll(rule.target, alert.labels)) {
        sources.one_sided = &alert;
      }
    }
  }

  const alerts::Alert* SourceFor(const alerts::Alert& alert) const {
    if (found.empty() || !MatchAll(rule.target, alert.labels)) {
      return nullptr;
    }
    const auto sources = found.find(equal.Apply(alert.labels));
    if (sources == found.end()) {
      return nullptr;
    }
    return MatchAll(rule.source, alert.labels) ? sources->second.one_sided : sources->second.any;
  }

  const InhibitRule& rule;
  series::LabelFilter equal;
  std::map<series::Labels, Sources> found{};
};

}  // namespace

Result<void> CheckSilence(const Silence& silence, WallTime now) {
  const auto wrong = [](const char* words) { return Error(Reason::kInvalid, words); };
  if (silence.matchers.empty()) {
    return wrong("a silence needs at least one matcher, such as alertname=\"KafkaBrokerLost\"");
  }
  if (std::ranges::all_of(silence.matchers,
                          [](const auto& matcher) { return matcher.Matches(""); })) {
    return wrong(
        "a silence needs a matcher that an empty label does not match; this one would silence "
        "everything");
  }
  if (silence.ends_at <= silence.starts_at) {
    return wrong("a silence must end after it starts");
  }
  return silence.ends_at <= now ? Result<void>(wrong("a silence must not end in the past"))
                                : Result<void>();
}

std::vector<Muted> FindMuted(const std::vector<alerts::Alert>& alerts,
                             const std::vector<Silence>& silences,
                             const std::vector<InhibitRule>& rules, WallTime now) {
  std::vector<Muted> muted(alerts.size());
  for (const Silence& silence : silences) {
    for (size_t i = 0; silence.ActiveAt(now) && i < alerts.size(); ++i) {
      if (MatchAll(silence.matchers, alerts[i].labels)) {
        muted[i].silenced_by.push_back(silence.id);
      }
    }
  }
  for (const InhibitRule& rule : rules) {
    const SourcesOfRule sources(rule, alerts);
    for (size_t i = 0; i < alerts.size(); ++i) {
      if (const alerts::Alert* source = sources.SourceFor(alerts[i])) {
        muted[i].inhibited_by.push_back(alerts::FingerprintText(source->labels));
      }
    }
  }
  return muted;
}

}  // namespace klaxon::notify
