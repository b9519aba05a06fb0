#include "alerts/notify/decide.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "alerts/notify/gather.h"

namespace klaxon::notify {
namespace {

using alerts::Alert;

/// Alertmanager waits for others of the group, unless the first has waited for long already.
WallTime FirstLook(const Gathered& gathered, WallTime now) {
  const WallTime due = gathered.first_start + gathered.group_wait;
  return std::clamp(due, now, now + gathered.group_wait);
}

Alert ResolvedOf(uint64_t fingerprint, Alert alert, const Gathered& gathered, WallTime now) {
  if (const auto found = gathered.resolved.find(fingerprint); found != gathered.resolved.end()) {
    return found->second;
  }
  alert.ends_at = alert.ends_at.value_or(now);
  return alert;
}

/// What the receiver must know now: all that fires, and what it may believe to fire and does not.
AlertMap Owed(const Account& account, const Gathered& gathered, WallTime now) {
  AlertMap owed;
  std::set<uint64_t> quiet;
  for (const auto& [fingerprint, alert] : gathered.muted) {
    quiet.insert(fingerprint);
  }
  for (const auto& [fingerprint, alert] : gathered.told) {
    owed.emplace(fingerprint, *alert);
  }
  const auto resolve = [&](const AlertMap& known) {
    for (const auto& [fingerprint, alert] : known) {
      if (!owed.contains(fingerprint) && !quiet.contains(fingerprint)) {
        owed.emplace(fingerprint, ResolvedOf(fingerprint, alert, gathered, now));
      }
    }
  };
  if (account.pending) {
    resolve(account.pending->alerts);
  }
  resolve(account.told.firing);
  resolve(account.told.earlier);
  return owed;
}

/// An alert that ended and began again is another one: its end may have been taken by a receiver
/// of which nobody knows that it took it.
bool AllTold(const AlertMap& owed, const Told& told) {
  return std::ranges::all_of(owed, [&](const auto& each) {
    const auto known = told.firing.find(each.first);
    return !each.second.firing() ||
           (known != told.firing.end() && known->second.starts_at == each.second.starts_at);
  });
}

/// Whether there is news: Alertmanager's DedupStage.needsUpdate (notify/notify.go).
bool IsNews(const AlertMap& owed, const Account& account, Duration repeat_interval, WallTime now) {
  const bool fires =
      std::ranges::any_of(owed, [](const auto& each) { return each.second.firing(); });
  const bool ends =
      std::ranges::any_of(owed, [](const auto& each) { return !each.second.firing(); });
  if (ends || !AllTold(owed, account.told)) {
    return true;
  }
  return fires && now - account.told.at.value_or(now) >= repeat_interval;
}

bool SameToTell(const AlertMap& left, const AlertMap& right) {
  return std::ranges::equal(left, right, [](const auto& one, const auto& other) {
    return one.first == other.first && one.second.firing() == other.second.firing() &&
           one.second.starts_at == other.second.starts_at;
  });
}

/// Takes what is resolved out for who does not want to hear of it: what it knows as firing is as
/// good as told. What it never heard of as firing stays: that is owed first.
void DropResolved(WallTime now, Account& account, AlertMap& owed) {
  std::erase_if(owed, [&](const auto& each) {
    const auto& [fingerprint, alert] = each;
    if (alert.firing()) {
      return false;
    }
    if (!account.told.KnowsFiring(fingerprint)) {
      return !account.pending || now - account.pending->since > kFiringOwed;
    }
    account.told.earlier.erase(fingerprint);
    account.told.firing.erase(fingerprint);
    ++account.told.edition;
    return true;
  });
}

void UpdateAccount(const Integration& integration, const Gathered& gathered, WallTime now,
                   Memory& memory, Account& account) {
  AlertMap owed = Owed(account, gathered, now);
  if (!IsNews(owed, account, gathered.repeat_interval, now)) {
    account.pending.reset();
    return;
  }
  if (!integration.send_resolved) {
    DropResolved(now, account, owed);
    if (owed.empty() || !IsNews(owed, account, gathered.repeat_interval, now)) {
      account.pending.reset();
      return;
    }
  }
  if (!account.pending) {
    account.pending = Pending{.since = now};
  }
  account.pending->without_ends = !integration.send_resolved;
  if (account.pending->version == 0 || !SameToTell(account.pending->alerts, owed)) {
    account.pending->version = ++memory.last_version;
    account.pending->kept = false;
  }
  account.pending->alerts = std::move(owed);
}

/// Whether all that the receiver believes to fire does, and is muted.
bool AllMuted(const Gathered& gathered, const Told& told) {
  std::set<uint64_t> quiet;
  for (const auto& [fingerprint, alert] : gathered.muted) {
    quiet.insert(fingerprint);
  }
  const auto muted = [&](const auto& known) { return quiet.contains(known.first); };
  return std::ranges::all_of(told.firing, muted) && std::ranges::all_of(told.earlier, muted);
}

/// Who has silenced all that fires of a group; empty: not all of it is.
std::string AcknowledgementOf(const Situation& situation, const Gathered& gathered) {
  if (!gathered.told.empty() || gathered.muted.empty() || gathered.unsilenced) {
    return "";
  }
  std::string words;
  for (const Silence& silence : situation.silences) {
    if (gathered.silences.contains(silence.id)) {
      words += fmt::format("{}silenced by {} until {}: {}", words.empty() ? "" : "; ",
                           silence.created_by, FormatWallTime(silence.ends_at), silence.comment);
    }
  }
  return words;
}

/// Who has an incident open because of what is silenced now learns that somebody knows of it. True:
/// there is nothing else to tell.
bool Acknowledge(const Integration& integration, const std::string& words, WallTime now,
                 Memory& memory, Account& account) {
  const bool under_way = account.pending && !account.pending->acknowledgement.empty();
  if (words.empty() || !integration.send_acknowledged || account.told.firing.empty()) {
    if (under_way) {
      account.pending.reset();
    }
    return false;
  }
  if (under_way || account.told.acknowledged) {
    return under_way;
  }
  account.pending = Pending{.alerts = account.told.firing,
                            .since = now,
                            .version = ++memory.last_version,
                            .acknowledgement = words};
  return true;
}

/// Whether anything of a group is still to be followed.
bool IsOver(const Group& group, const Gathered& gathered) {
  const bool owes = std::ranges::any_of(group.accounts, [](const auto& each) {
    const Account& account = each.second;
    return account.pending || !account.told.firing.empty() || !account.told.earlier.empty();
  });
  return !owes && !gathered.firing();
}

void LookAtGroup(const Situation& situation, const Gathered& gathered, const std::string& receiver,
                 Memory& memory, Group& group) {
  const WallTime now = situation.now;
  const bool due = group.next_look <= now;
  if (due) {
    group.next_look = now + gathered.group_interval;
  }
  for (auto& [integration, account] : group.accounts) {
    if (account.pending) {
      account.pending->held = gathered.quiet;
    }
    if (account.told.at.value_or(now) > now) {  // the clock was ahead: nobody knows how long ago
      account.told.at = now;
      ++account.told.edition;
    }
  }
  if (gathered.quiet) {
    return;
  }
  const std::string known = AcknowledgementOf(situation, gathered);
  for (const Integration& integration : situation.settings.integrations) {
    if (integration.receiver != receiver) {
      continue;
    }
    Account& account = group.accounts[integration.id];
    if (Acknowledge(integration, !known.empty() && AllMuted(gathered, account.told) ? known : "",
                    now, memory, account)) {
      continue;
    }
    if (due || account.pending) {
      UpdateAccount(integration, gathered, now, memory, account);
    }
  }
}

/// An end is told also under a silence, and that somebody knows of it because of one.
bool AllSilenced(const Pending& pending, const std::vector<Silence>& silences, WallTime now) {
  const auto silenced = [&](const auto& each) {
    const Alert& alert = each.second;
    return alert.firing() && std::ranges::any_of(silences, [&](const Silence& silence) {
             return silence.ActiveAt(now) && MatchAll(silence.matchers, alert.labels);
           });
  };
  return pending.acknowledgement.empty() && std::ranges::all_of(pending.alerts, silenced);
}

void ForgetIntegrations(const Settings& settings, Group& group) {
  std::erase_if(group.accounts, [&](const auto& each) {
    return std::ranges::find(settings.integrations, each.first, &Integration::id) ==
           settings.integrations.end();
  });
}

}  // namespace

void Decide(const Situation& situation, Memory& memory) {
  std::map<GroupId, Gathered> groups = Gather(situation);
  for (const auto& [id, gathered] : groups) {
    if (gathered.firing() && !memory.groups.contains(id)) {
      memory.groups[id] = {.labels = gathered.labels,
                           .next_look = FirstLook(gathered, situation.now)};
    }
  }
  for (auto at = memory.groups.begin(); at != memory.groups.end();) {
    auto& [id, group] = *at;
    const auto [found, gone] = groups.try_emplace(id);
    if (gone) {
      found->second = GatherNothing(id, situation);
    }
    const Gathered& gathered = found->second;
    group.next_look = std::min(
        group.next_look, situation.now + std::max(gathered.group_wait, gathered.group_interval));
    ForgetIntegrations(situation.settings, group);
    LookAtGroup(situation, gathered, id.receiver, memory, group);
    at = IsOver(group, gathered) ? memory.groups.erase(at) : std::next(at);
  }
}

void HoldMuted(const Settings& settings, const std::vector<Silence>& silences, WallTime now,
               Memory& memory) {
  const std::vector<Alert> unknown;
  const Situation situation{
      .alerts = unknown, .silences = silences, .settings = settings, .now = now};
  for (auto& [id, group] : memory.groups) {
    const bool quiet = GatherNothing(id, situation).quiet;
    for (const Integration& integration : settings.integrations) {
      const auto found = group.accounts.find(integration.id);
      if (found != group.accounts.end() && found->second.pending) {
        Pending& pending = *found->second.pending;
        pending.held = quiet || AllSilenced(pending, silences, now);
        pending.without_ends = !integration.send_resolved;
      }
    }
  }
}

WallTime NextLook(const Memory& memory) {
  WallTime next = WallTime::max();
  for (const auto& [id, group] : memory.groups) {
    next = std::min(next, group.next_look);
  }
  return next;
}

}  // namespace klaxon::notify
