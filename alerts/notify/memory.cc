#include "alerts/notify/memory.h"

#include <utility>

namespace klaxon::notify {

Next NextOf(const Account& account, WallTime now) {
  const Pending& pending = *account.pending;
  Next next{.alerts = pending.alerts,
            .version = pending.version,
            .last = true,
            .acknowledgement = pending.acknowledgement};
  if (now - pending.since > kFiringOwed || !next.acknowledgement.empty()) {
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
  told.refused = refused;
  ++told.edition;
  if (!account.pending || !sent.last) {
    return;
  }
  Pending& pending = *account.pending;
  if (pending.version == sent.version) {
    account.pending.reset();
  } else if (std::erase_if(pending.alerts, [&](const auto& each) {
               return EndTold(sent, each.first, each.second);
             }) > 0) {
    pending.version = ++memory.last_version;
    pending.kept = false;
    if (pending.alerts.empty()) {
      account.pending.reset();
    }
  }
}

}  // namespace klaxon::notify
