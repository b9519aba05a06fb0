#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "agent/base/clock.h"
#include "alerts/notify/memory.h"

namespace klaxon::notify {

/// Of each integration, the groups that may be sent now or later, the one that is due first in
/// front: so that finding the next message costs the same however many groups there are.
///
/// It holds exactly the accounts whose pending message is kept and not held. Whoever changes those
/// two, or what the order depends on, or adds or takes away groups, tells it before anybody asks:
/// with Update after a change of one account, with Rebuild after one of many. Confined to one
/// thread at a time.
class DueQueue {
 public:
  /// Who is due first goes first; of those due at once who was tried least, then who waits longest:
  /// what fails again and again keeps nobody else waiting.
  struct Place {
    MonoTime not_before{};
    uint64_t attempts = 0;
    WallTime since{};
    GroupId group{};

    friend auto operator<=>(const Place&, const Place&) = default;
  };

  /// Looks at every account there is.
  void Rebuild(const Memory& memory);

  /// Looks at one.
  void Update(const std::string& integration, const GroupId& group, const Account& account);

  /// Null: the integration has nothing that may be sent.
  const Place* First(const std::string& integration) const;

  /// The work that it all took since the start: for tests, which hold it against the number of
  /// groups.
  uint64_t accounts_examined() const { return accounts_examined_; }

 private:
  struct Line {
    std::set<Place> places{};
    std::map<GroupId, std::set<Place>::const_iterator> of_group{};
  };

  std::map<std::string, Line> lines_{};     // by integration; none is empty
  mutable uint64_t accounts_examined_ = 0;  // First counts, too
};

}  // namespace klaxon::notify
