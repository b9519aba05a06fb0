#include "alerts/notify/due_queue.h"

namespace klaxon::notify {

void DueQueue::Rebuild(const Memory& memory) {
  lines_.clear();
  for (const auto& [id, group] : memory.groups) {
    for (const auto& [integration, account] : group.accounts) {
      Update(integration, id, account);
    }
  }
}

void DueQueue::Update(const std::string& integration, const GroupId& group,
                      const Account& account) {
  ++accounts_examined_;
  const bool ready = account.pending && account.pending->kept && !account.pending->held;
  if (!ready && !lines_.contains(integration)) {
    return;
  }
  Line& line = lines_[integration];
  if (const auto known = line.of_group.find(group); known != line.of_group.end()) {
    line.places.erase(known->second);
    line.of_group.erase(known);
  }
  if (ready) {
    const Pending& pending = *account.pending;
    line.of_group[group] = line.places
                               .insert({.not_before = pending.not_before,
                                        .attempts = pending.attempts,
                                        .since = pending.since,
                                        .group = group})
                               .first;
  }
  if (line.places.empty()) {
    lines_.erase(integration);
  }
}

const DueQueue::Place* DueQueue::First(const std::string& integration) const {
  const auto line = lines_.find(integration);
  if (line == lines_.end()) {
    return nullptr;
  }
  ++accounts_examined_;
  return &*line->second.places.begin();
}

}  // namespace klaxon::notify
