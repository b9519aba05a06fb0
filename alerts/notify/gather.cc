#include "alerts/notify/gather.h"

#include <algorithm>
#include <string_view>

namespace klaxon::notify {
namespace {

using alerts::Alert;

/// Which routes are quiet now; each is asked for its calendar once.
class QuietRoutes {
 public:
  explicit QuietRoutes(const Situation& situation) : situation_(situation) {}

  bool Contain(const Route& route) {
    const auto [at, is_new] = known_.try_emplace(&route);
    if (is_new) {
      at->second = !QuietBy(route, situation_.settings.time_intervals, situation_.now).empty();
    }
    return at->second;
  }

 private:
  const Situation& situation_;
  std::map<const Route*, bool> known_{};
};

void AddTerms(const Route& route, bool quiet, Gathered& group) {
  if (quiet && !group.quiet) {
    return;
  }
  if (group.quiet && !quiet) {
    group.quiet = false;
    group.group_wait = group.group_interval = group.repeat_interval = Duration::max();
  }
  group.group_wait = std::min(group.group_wait, route.group_wait);
  group.group_interval = std::min(group.group_interval, route.group_interval);
  group.repeat_interval = std::min(group.repeat_interval, route.repeat_interval);
}

/// An alert that fires, and the routes by which it is in a group.
struct Membership {
  uint64_t fingerprint = 0;
  const Alert* alert = nullptr;
  const Muted* muted = nullptr;
  bool quiet = true;  ///< all of those routes are
};

void AddFiring(const Membership& member, Gathered& group) {
  group.first_start = std::min(group.first_start, member.alert->starts_at);
  group.silences.insert(member.muted->silenced_by.begin(), member.muted->silenced_by.end());
  const bool held_back = member.quiet && !group.quiet;
  const bool muted = member.muted->any() || held_back;
  group.unsilenced = group.unsilenced || (muted && member.muted->silenced_by.empty());
  (muted ? group.muted : group.told).emplace_back(member.fingerprint, member.alert);
}

using Members = std::map<GroupId, std::vector<Membership>>;

void GatherAlert(const Alert& alert, const Muted& muted, const Route& root, QuietRoutes& quiet,
                 std::map<GroupId, Gathered>& groups, Members& members) {
  const uint64_t fingerprint = alerts::Fingerprint(alert.labels);
  for (const Route* route : RoutesOf(root, alert.labels)) {
    series::Labels labels = GroupLabelsOf(*route, alert.labels);
    const GroupId id{.receiver = route->receiver, .key = GroupKey(*route, labels)};
    Gathered& group = groups[id];
    group.labels = std::move(labels);
    AddTerms(*route, quiet.Contain(*route), group);
    if (!alert.firing()) {
      group.resolved.emplace(fingerprint, alert);
      continue;
    }
    std::vector<Membership>& list = members[id];
    if (list.empty() || list.back().fingerprint != fingerprint) {
      list.push_back({.fingerprint = fingerprint, .alert = &alert, .muted = &muted});
    }
    list.back().quiet = list.back().quiet && quiet.Contain(*route);
  }
}

void AddTermsOf(const GroupId& id, const Route& route, QuietRoutes& quiet, Gathered& group) {
  const std::string_view key = id.key;
  if (route.receiver == id.receiver && key.starts_with(route.key) &&
      key.substr(route.key.size()).starts_with(':')) {
    AddTerms(route, quiet.Contain(route), group);
  }
  for (const Route& child : route.routes) {
    AddTermsOf(id, child, quiet, group);
  }
}

}  // namespace

std::map<GroupId, Gathered> Gather(const Situation& situation) {
  const std::vector<Muted> muted = FindMuted(situation.alerts, situation.silences,
                                             situation.settings.inhibit_rules, situation.now);
  QuietRoutes quiet(situation);
  std::map<GroupId, Gathered> groups;
  Members members;
  for (size_t i = 0; i < situation.alerts.size(); ++i) {
    GatherAlert(situation.alerts[i], muted[i], situation.settings.route, quiet, groups, members);
  }
  for (auto& [id, list] : members) {  // whether others are not quiet is known only now
    for (const Membership& member : list) {
      AddFiring(member, groups[id]);
    }
  }
  return groups;
}

Gathered GatherNothing(const GroupId& id, const Situation& situation) {
  QuietRoutes quiet(situation);
  Gathered group;
  AddTermsOf(id, situation.settings.route, quiet, group);
  if (group.group_interval == Duration::max()) {
    AddTerms(situation.settings.route, false, group);
  }
  return group;
}

}  // namespace klaxon::notify
