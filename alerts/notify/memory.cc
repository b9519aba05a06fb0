#include "alerts/notify/memory.h"

#include <utility>

namespace klaxon::notify {

Next NextOf(const Account& account, WallTime now) {
  const Pending& pending = *account.pending;
  Next next{.alerts = pending.alerts,
            .version = pending.version,
            .last = true,
            .acknowledgement = pending.acknowledgement};
  const bool too_late = now - pending.since > kFiringOwed && !pending.without_ends;
  if (too_late || !next.acknowledgement.empty()) {
    return next;
  }
  for (auto& [fingerprint, alert] : next.alerts) {
    if (!alert.firing() && !account.told.KnowsFiring(fingerprint)) {
      alert.ends_at.reset();
      next.last = false;
    }
  }
  if (!next.last) {  // what else is resolved comes with the message after this one
    std::erase_if(next.alerts, [](const auto& each) { return !each.second.firing(); });
  }
  return next;
}

namespace {

/// Whether `sent` has told the end of it already.
bool EndTold(const Next& sent, uint64_t fingerprint, const alerts::Alert& alert) {
  const auto found = sent.alerts.find(fingerprint);
  return !alert.firing() && found != sent.alerts.end() && !found->second.firing() &&
         found->second.starts_at == alert.starts_at;
}

/// Whether nothing is left to tell of `alert` now that `sent` was taken.
bool IsTold(const Next& sent, uint64_t fingerprint, const alerts::Alert& alert,
            const Account& account) {
  return EndTold(sent, fingerprint, alert) || (account.pending->without_ends && !alert.firing() &&
                                               account.told.KnowsFiring(fingerprint));
}

/// What is pending was made less.
void Changed(Memory& memory, Account& account) {
  account.pending->version = ++memory.last_version;
  account.pending->kept = false;
  if (account.pending->alerts.empty()) {
    account.pending.reset();
  }
}

/// Whether what was just refused makes `alert` pointless: its end, or its firing, which is refused
/// again if it is sent again, and without which nobody needs to know of its end.
bool Pointless(const Next& sent, uint64_t fingerprint, const alerts::Alert& alert) {
  return sent.last ? EndTold(sent, fingerprint, alert) : sent.alerts.contains(fingerprint);
}

/// What has been accepted before is known as it was. What fires is told again at the next look at
/// its group, as by Alertmanager; an end is not.
void SettleRefused(const Next& sent, Memory& memory, Account& account) {
  account.told.refused = true;
  ++account.told.edition;
  for (const auto& [fingerprint, alert] : sent.alerts) {
    if (!alert.firing()) {
      account.told.firing.erase(fingerprint);
      account.told.earlier.erase(fingerprint);
    }
  }
  if (!account.pending) {
    return;
  }
  Pending& pending = *account.pending;
  const bool same = pending.version == sent.version;
  if (same && sent.last) {
    account.pending.reset();
  } else if ((same || sent.last) && std::erase_if(pending.alerts, [&](const auto& each) {
                                      return Pointless(sent, each.first, each.second);
                                    }) > 0) {
    Changed(memory, account);
  }
}

}  // namespace

void Settle(const Next& sent, bool refused, WallTime now, Memory& memory, Account& account) {
  Told& told = account.told;
  if (!sent.acknowledgement.empty()) {
    told.acknowledged = true;
    ++told.edition;
    if (account.pending && account.pending->version == sent.version) {
      account.pending.reset();
    }
    return;
  }
  if (refused) {
    SettleRefused(sent, memory, account);
    return;
  }
  told.acknowledged = false;
  told.earlier.merge(told.firing);
  told.firing.clear();
  for (const auto& [fingerprint, alert] : sent.alerts) {
    told.earlier.erase(fingerprint);
    if (alert.firing()) {
      told.firing.emplace(fingerprint, alert);
    }
  }
  told.at = now;
  told.refused = false;
  ++told.edition;
  if (!account.pending) {
    return;
  }
  Pending& pending = *account.pending;
  if (pending.version == sent.version) {
    if (sent.last || pending.without_ends) {
      account.pending.reset();
    }
  } else if (std::erase_if(pending.alerts, [&](const auto& each) {
               return IsTold(sent, each.first, each.second, account);
             }) > 0) {
    Changed(memory, account);
  }
}

}  // namespace klaxon::notify
