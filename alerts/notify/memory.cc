#include "alerts/notify/memory.h"

#include <utility>

namespace klaxon::notify {

Next NextOf(const Account& account, WallTime now) {
  const Pending& pending = *account.pending;
  Next next{.alerts = pending.alerts, .version = pending.version, .last = true};
  if (now - pending.since > kFiringOwed) {
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

void Settle(const Next& sent, bool refused, WallTime now, Account& account) {
  Told& told = account.told;
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
  if (sent.last && account.pending && account.pending->version == sent.version) {
    account.pending.reset();
  }
}

}  // namespace klaxon::notify
