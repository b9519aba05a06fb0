#include "agent/recovery/items.h"

#include <algorithm>
#include <utility>

namespace klaxon::recovery {
namespace {

bool HasItem(const Connector& connector, int32_t id) {
  return std::ranges::find(connector.items, id, &Item::id) != connector.items.end();
}

/// When it is, and when a restart was counted a moment ago.
struct Moment {
  MonoTime now{};
  std::optional<MonoTime> counted{};
};

/// A restart of it has shown: whose was it?
void TakeStart(const Moment& moment, BrokenItem& known, ItemNews& news) {
  const bool ours = std::exchange(known.ours_until, {}) != MonoTime{};
  const bool same = moment.counted && known.failed < *moment.counted;
  news.shown = news.shown || !ours;
  news.restarted = news.restarted || (!ours && !same);
}

void FollowFailed(const Item& item, const Moment& moment, BrokenItem& known, ItemNews& news) {
  const bool unseen = !known.up && item.failures > known.failures;  // it ran between two answers
  if (unseen && !known.dealt_out && item.worker == known.worker) {
    TakeStart(moment, known, news);
  }
  const bool again = unseen || known.up;
  news.again = news.again || again;
  news.fresh = news.fresh || known.up;
  known = {.failures = item.failures,
           .worker = item.worker,
           .failed = again ? moment.now : known.failed,
           .ours_until = known.ours_until};
}

/// It is not FAILED any more.
void FollowOther(const Item& item, const Moment& moment, BrokenItem& known, ItemNews& news) {
  if (known.up) {
    return;
  }
  const bool restarting = item.state == "RESTARTING";  // nothing else than a restart says so
  if (item.state == "UNASSIGNED") {
    known.dealt_out = true;
  } else if (restarting || item.state == "RUNNING") {
    known.up = true;
    if (restarting || (!known.dealt_out && item.worker == known.worker)) {
      TakeStart(moment, known, news);
    }
  }
}

}  // namespace

ItemNews FollowItems(const Connector& connector, MonoTime now, std::optional<MonoTime> counted,
                     Broken& broken) {
  const Moment moment{.now = now, .counted = counted};
  std::erase_if(broken, [&](const auto& item) { return !HasItem(connector, item.first); });
  ItemNews news;
  for (const Item& item : connector.items) {
    const auto known = broken.find(item.id);
    if (known == broken.end()) {
      if (item.failed()) {
        news.fresh = true;
        broken[item.id] = {.failures = item.failures, .worker = item.worker, .failed = now};
      }
    } else if (item.failed()) {
      FollowFailed(item, moment, known->second, news);
    } else {
      FollowOther(item, moment, known->second, news);
    }
  }
  for (auto& [id, item] : broken) {
    item.ours_until = now < item.ours_until ? item.ours_until : MonoTime{};
  }
  return news;
}

Failures FailuresOf(const Connector& connector) {
  Failures failures;
  for (const Item& item : connector.items) {
    if (item.failed()) {
      failures[item.id] = item.failures;
    }
  }
  return failures;
}

bool FailedAnew(const Connector& connector, const Failures& before) {
  return std::ranges::any_of(connector.items, [&](const Item& item) {
    const auto known = before.find(item.id);
    return item.failed() && known != before.end() && item.failures > known->second;
  });
}

}  // namespace klaxon::recovery
