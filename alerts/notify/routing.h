#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/series/labels.h"
#include "alerts/notify/matchers.h"
#include "alerts/notify/time_interval.h"

/// Who is told of which alert, with which others, and how often: Alertmanager's routing tree in
/// Alertmanager's terms (its documentation, "configuration", route). Pure.
namespace klaxon::notify {

/// A node of the tree. What a node does not say it has from its parent, but for the time intervals.
struct Route {
  std::string receiver{};
  Matchers matchers{};     ///< in order; the root has none
  bool continues = false;  ///< siblings after it are looked at too
  bool group_all = false;  ///< '...': each alert is a group of its own
  std::vector<std::string> group_by{};
  Duration group_wait = std::chrono::seconds{30};
  Duration group_interval = std::chrono::minutes{5};
  Duration repeat_interval = std::chrono::hours{4};
  std::vector<std::string> mute_time_intervals{};    ///< names
  std::vector<std::string> active_time_intervals{};  ///< likewise; none: always
  std::string key = "{}";  ///< the matchers of all from the root to it, as Alertmanager's Route.Key
  std::vector<Route> routes{};
};

/// The nodes that an alert with these labels goes to, in the order of the file; never none. They
/// point into the tree.
std::vector<const Route*> RoutesOf(const Route& root, const series::Labels& labels);

/// The labels that an alert's group is told apart by.
series::Labels GroupLabelsOf(const Route& route, const series::Labels& labels);

/// `{}/{team="x"}:{alertname="A"}`: Alertmanager's groupKey.
std::string GroupKey(const Route& route, const series::Labels& group_labels);

using TimeIntervals = std::map<std::string, std::vector<TimeInterval>, std::less<>>;

/// Why a route is quiet at `now`: a sentence that names the interval; empty: it is not.
std::string QuietBy(const Route& route, const TimeIntervals& intervals, WallTime now);

/// While an alert that matches `source` fires, those that match `target` and have equal values in
/// the labels `equal` are not told. A label that is not there counts as empty.
struct InhibitRule {
  Matchers source{};
  Matchers target{};
  std::vector<std::string> equal{};
};

}  // namespace klaxon::notify
