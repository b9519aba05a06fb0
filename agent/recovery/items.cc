#include "agent/recovery/items.h"

#include <algorithm>
#include <utility>

namespace klaxon::recovery {
namespace {

bool HasItem(const Subject& subject, int32_t id) {
  return std::ranges::find(subject.items, id, &Item::id) != subject.items.end();
}

/// A restart of it has shown: whose was it?
void TakeStart(BrokenItem& known, ItemNews& news) {
  const bool ours = std::exchange(known.ours_until, {}) != MonoTime{};
  news.restarted = news.restarted || !ours;
}

void FollowFailed(const Item& item, BrokenItem& known, ItemNews& news) {
  const bool unseen = !known.up && item.failures > known.failures;  // it ran between two answers
  if (unseen && !known.dealt_out && item.worker == known.worker) {
    TakeStart(known, news);
  }
  news.again = news.again || unseen || known.up;
  news.fresh = news.fresh || known.up;
  known = {.failures = item.failures, .worker = item.worker, .ours_until = known.ours_until};
}

/// It is not FAILED any more.
void FollowOther(const Item& item, BrokenItem& known, ItemNews& news) {
  if (known.up) {
    return;
  }
  const bool restarting = item.state == "RESTARTING";  // nothing else than a restart says so
  if (item.state == "UNASSIGNED") {
    known.dealt_out = true;
  } else if (restarting || item.state == "RUNNING") {
    known.up = true;
    if (restarting || (!known.dealt_out && item.worker == known.worker)) {
      TakeStart(known, news);
    }
  }
}

}  // namespace

ItemNews FollowItems(const Subject& subject, MonoTime now, Broken& broken) {
  std::erase_if(broken, [&](const auto& item) { return !HasItem(subject, item.first); });
  ItemNews news;
  for (const Item& item : subject.items) {
    const auto known = broken.find(item.id);
    if (known == broken.end()) {
      if (item.failed()) {
        news.fresh = true;
        broken[item.id] = {.failures = item.failures, .worker = item.worker};
      }
    } else if (item.failed()) {
      FollowFailed(item, known->second, news);
    } else {
      FollowOther(item, known->second, news);
    }
  }
  for (auto& [id, item] : broken) {
    item.ours_until = now < item.ours_until ? item.ours_until : MonoTime{};
  }
  return news;
}

Failures FailuresOf(const Subject& subject) {
  Failures failures;
  for (const Item& item : subject.items) {
    if (item.failed()) {
      failures[item.id] = item.failures;
    }
  }
  return failures;
}

bool FailedAnew(const Subject& subject, const Failures& before) {
  return std::ranges::any_of(subject.items, [&](const Item& item) {
    const auto known = before.find(item.id);
    return item.failed() && known != before.end() && item.failures > known->second;
  });
}

}  // namespace klaxon::recovery
