#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "alerts/notify/receiver.h"
#include "alerts/notify/routing.h"

namespace klaxon::notify {

/// Labels for alerts whose label matches: so that they can be routed by team.
struct Owner {
  Matchers matchers{};
  std::vector<std::pair<std::string, std::string>> labels{};
};

/// The section `notify:` of the configuration, read.
struct Settings {
  Route route{};
  std::vector<Integration> integrations{};  ///< of all receivers, in the order of the file
  std::vector<FeedSettings> feeds{};
  std::vector<InhibitRule> inhibit_rules{};
  TimeIntervals time_intervals{};
  std::vector<Owner> owners{};
  std::string external_url{};
  uint64_t edition = 0;  ///< of the configuration; grows with each that comes

  bool empty() const { return integrations.empty() && feeds.empty(); }
};

/// The alert with the labels of the first owner of each label; what it has itself stays.
alerts::Alert WithOwner(alerts::Alert alert, const std::vector<Owner>& owners);

}  // namespace klaxon::notify
