#include "alerts/notify/routing.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace klaxon::notify {
namespace {

void CollectRoutes(const Route& route, const series::Labels& labels,
                   std::vector<const Route*>& found) {
  const size_t before = found.size();
  for (const Route& child : route.routes) {
    if (!MatchAll(child.matchers, labels)) {
      continue;
    }
    CollectRoutes(child, labels, found);
    if (!child.continues) {
      break;
    }
  }
  if (found.size() == before) {
    found.push_back(&route);
  }
}

bool InInterval(const TimeIntervals& intervals, const std::string& name, WallTime now) {
  const auto found = intervals.find(name);
  return found != intervals.end() && std::ranges::any_of(found->second, [&](const auto& interval) {
           return interval.Contains(now);
         });
}

}  // namespace

std::vector<const Route*> RoutesOf(const Route& root, const series::Labels& labels) {
  std::vector<const Route*> found;
  CollectRoutes(root, labels, found);
  return found;
}

series::Labels GroupLabelsOf(const Route& route, const series::Labels& labels) {
  return route.group_all ? labels : series::LabelFilter::Only(route.group_by).Apply(labels);
}

std::string GroupKey(const Route& route, const series::Labels& group_labels) {
  return route.key + ":" + GroupText(group_labels);
}

std::string QuietBy(const Route& route, const TimeIntervals& intervals, WallTime now) {
  for (const std::string& name : route.mute_time_intervals) {
    if (InInterval(intervals, name, now)) {
      return fmt::format("muted by the time interval {}", name);
    }
  }
  const bool active = route.active_time_intervals.empty() ||
                      std::ranges::any_of(route.active_time_intervals, [&](const auto& name) {
                        return InInterval(intervals, name, now);
                      });
  return active ? "" : "outside of its active time intervals";
}

}  // namespace klaxon::notify
