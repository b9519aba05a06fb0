#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "alerts/receivers/config.h"

namespace klaxon::receivers {
namespace {

using config::ListForm;
using config::YamlMap;
using notify::CalendarPart;
using notify::Matchers;
using notify::Route;
using std::chrono::hours;

constexpr size_t kDeepestRoute = 20;

void AddMatcher(YamlMap& yaml, std::string_view key, series::MatchKind kind,
                const std::pair<std::string, std::string>& pair, Matchers& matchers) {
  Result<series::Matcher> made = series::Matcher::Make(kind, pair.first, pair.second);
  if (made) {
    matchers.push_back(*std::move(made));
  } else {
    yaml.Complain(key, made.error().message());
  }
}

/// The list under `key`, and the older maps of equal values and of regular expressions.
Matchers ReadMatchers(YamlMap& yaml, std::string_view key, std::string_view equal,
                      std::string_view regex) {
  Matchers matchers;
  for (const std::string& text : yaml.StringList(key, {}, ListForm::kSequence)) {
    Result<Matchers> read = notify::ParseMatchers(text);
    if (!read) {
      yaml.Complain(key, read.error().message());
      continue;
    }
    matchers.insert(matchers.end(), read->begin(), read->end());
  }
  if (!equal.empty()) {
    for (const auto& pair : yaml.StringMap(equal)) {
      AddMatcher(yaml, equal, series::MatchKind::kEqual, pair, matchers);
    }
    for (const auto& pair : yaml.StringMap(regex)) {
      AddMatcher(yaml, regex, series::MatchKind::kRegex, pair, matchers);
    }
  }
  notify::Sort(matchers);
  return matchers;
}

void ReadGroupBy(YamlMap& yaml, Route& route) {
  if (!yaml.Has("group_by")) {
    return;
  }
  std::vector<std::string> labels = yaml.StringList("group_by", {}, ListForm::kSequence);
  if (labels.empty()) {
    return;  // the parent's, as in Alertmanager
  }
  route.group_by = std::move(labels);
  if (std::set<std::string>(route.group_by.begin(), route.group_by.end()).size() <
      route.group_by.size()) {
    yaml.Complain("group_by", "names a label twice");
  }
  route.group_all = std::ranges::find(route.group_by, "...") != route.group_by.end();
  if (route.group_all && route.group_by.size() > 1) {
    yaml.Complain("group_by", "\"...\" stands alone: it means all labels");
  }
}

void ReadTimes(YamlMap& yaml, Route& route) {
  constexpr config::DurationRange kWait{{}, hours{24}};
  constexpr config::DurationRange kInterval{std::chrono::seconds{1}, hours{24 * 3660}};
  route.group_wait = yaml.Duration("group_wait", route.group_wait, kWait);
  route.group_interval = yaml.Duration("group_interval", route.group_interval, kInterval);
  route.repeat_interval = yaml.Duration("repeat_interval", route.repeat_interval, kInterval);
}

Route ReadRoute(YamlMap& yaml, const Route* parent, size_t depth) {
  Route route = parent == nullptr ? Route{} : *parent;
  route.routes.clear();
  route.mute_time_intervals.clear();
  route.active_time_intervals.clear();
  route.matchers.clear();
  route.receiver = parent == nullptr ? yaml.RequiredString("receiver")
                                     : yaml.String("receiver", parent->receiver);
  ReadGroupBy(yaml, route);
  ReadTimes(yaml, route);
  if (parent != nullptr) {
    route.matchers = ReadMatchers(yaml, "matchers", "match", "match_re");
    route.continues = yaml.Bool("continue", false);
    route.mute_time_intervals = yaml.StringList("mute_time_intervals", {}, ListForm::kSequence);
    route.active_time_intervals = yaml.StringList("active_time_intervals", {}, ListForm::kSequence);
    route.key = parent->key + "/" + notify::ToString(route.matchers);
  }
  if (depth == kDeepestRoute) {
    yaml.Complain("receiver", fmt::format("routes are at most {} deep", kDeepestRoute));
    return route;
  }
  for (YamlMap& child : yaml.Maps("routes")) {
    route.routes.push_back(ReadRoute(child, &route, depth + 1));
  }
  yaml.Finish();
  return route;
}

void CheckIntervals(YamlMap& root, const Route& route, const notify::Settings& settings) {
  for (const auto* names : {&route.mute_time_intervals, &route.active_time_intervals}) {
    for (const std::string& name : *names) {
      if (!settings.time_intervals.contains(name)) {
        root.Complain("route", fmt::format("a route names the time interval \"{}\", which "
                                           "time_intervals does not have",
                                           name));
      }
    }
  }
  for (const Route& child : route.routes) {
    CheckIntervals(root, child, settings);
  }
}

std::vector<notify::Span> ReadSpans(YamlMap& yaml, std::string_view key, CalendarPart part) {
  std::vector<notify::Span> spans;
  for (const std::string& text : yaml.StringList(key, {}, ListForm::kSequence)) {
    const Result<notify::Span> span = notify::ParseSpan(part, text);
    if (span) {
      spans.push_back(*span);
    } else {
      yaml.Complain(key, span.error().message());
    }
  }
  return spans;
}

notify::Span ReadDayTimes(YamlMap& yaml) {
  notify::Span span;
  for (const auto& [key, end] : {std::pair{"start_time", &span.first}, {"end_time", &span.last}}) {
    const std::string text = yaml.RequiredString(key);
    const Result<int> time = notify::ParseTimeOfDay(text);
    if (time) {
      *end = *time;
    } else if (!text.empty()) {
      yaml.Complain(key, time.error().message());
    }
  }
  if (span.last <= span.first) {
    yaml.Complain("end_time", "must come after start_time; write two times over midnight");
  }
  yaml.Finish();
  return span;
}

notify::TimeInterval ReadInterval(YamlMap& yaml) {
  notify::TimeInterval interval;
  for (YamlMap& times : yaml.Maps("times")) {
    interval.minutes.push_back(ReadDayTimes(times));
  }
  interval.weekdays = ReadSpans(yaml, "weekdays", CalendarPart::kWeekday);
  interval.days = ReadSpans(yaml, "days_of_month", CalendarPart::kDay);
  interval.months = ReadSpans(yaml, "months", CalendarPart::kMonth);
  interval.years = ReadSpans(yaml, "years", CalendarPart::kYear);
  const Result<notify::TimeZone> zone = notify::TimeZone::Find(yaml.String("location", "UTC"));
  if (zone) {
    interval.location = *zone;
  } else {
    yaml.Complain("location", zone.error().message());
  }
  yaml.Finish();
  return interval;
}

void ReadIntervals(YamlMap& yaml, notify::Settings& settings) {
  for (YamlMap& entry : yaml.Maps("time_intervals")) {
    const std::string name = entry.RequiredString("name");
    std::vector<notify::TimeInterval> intervals;
    for (YamlMap& interval : entry.Maps("time_intervals")) {
      intervals.push_back(ReadInterval(interval));
    }
    if (!settings.time_intervals.emplace(name, std::move(intervals)).second) {
      entry.Complain("name", fmt::format("a second time interval is named \"{}\"", name));
    }
    entry.Finish();
  }
}

void ReadInhibition(YamlMap& yaml, notify::Settings& settings) {
  for (YamlMap& entry : yaml.Maps("inhibit_rules")) {
    notify::InhibitRule rule;
    rule.source = ReadMatchers(entry, "source_matchers", "source_match", "source_match_re");
    rule.target = ReadMatchers(entry, "target_matchers", "target_match", "target_match_re");
    rule.equal = entry.StringList("equal", {}, ListForm::kSequence);
    entry.Finish();
    settings.inhibit_rules.push_back(std::move(rule));
  }
}

void ReadOwners(YamlMap& yaml, notify::Settings& settings) {
  for (YamlMap& entry : yaml.Maps("owners")) {
    notify::Owner owner;
    owner.matchers = ReadMatchers(entry, "matchers", "", "");
    owner.labels = entry.StringMap("labels");
    if (owner.labels.empty()) {
      entry.Complain("labels", "an owner needs labels, such as team: payments");
    }
    entry.Finish();
    settings.owners.push_back(std::move(owner));
  }
}

}  // namespace

void ReadRouting(YamlMap& yaml, notify::Settings& settings) {
  ReadIntervals(yaml, settings);
  ReadInhibition(yaml, settings);
  ReadOwners(yaml, settings);
  if (std::optional<YamlMap> route = yaml.Map("route")) {
    settings.route = ReadRoute(*route, nullptr, 0);
    CheckIntervals(yaml, settings.route, settings);
  }
}

}  // namespace klaxon::receivers
