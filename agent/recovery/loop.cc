#include "agent/recovery/loop.h"

#include <utility>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/base/thread_name.h"

namespace klaxon::recovery {

Loop::Loop(Resources resources, const Latest<View>& views, Publish publish)
    : resources_(std::move(resources)), views_(views), publish_(std::move(publish)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

Loop::~Loop() {
  SetWards({});
}

void Loop::SetWards(std::vector<Ward> wards) {
  const Lock changing(changing_);
  std::map<uint64_t, Care> kept;
  std::map<uint64_t, Care> gone;
  std::vector<Ward> fresh;
  {
    const Lock lock(mutex_);
    for (Ward& ward : wards) {
      if (auto known = cares_.extract(ward.id)) {
        known.mapped().keeper->SetWard(std::move(ward));
        kept.insert(std::move(known));
      } else {
        fresh.push_back(std::move(ward));
      }
    }
    gone.swap(cares_);
    cares_ = kept;
  }
  for (const auto& [id, care] : gone) {
    care.keeper->RequestStop();
  }
  for (const auto& [id, care] : gone) {
    care.keeper->End();  // one that begins anew reads what the one before it has written
  }
  const ViewRef view = views_.Get();
  for (Ward& ward : fresh) {
    const uint64_t id = ward.id;
    Care care{.cluster = ward.cluster, .connect = ward.connect};
    care.keeper = std::make_shared<Keeper>(resources_, std::move(ward), publish_, disk_);
    care.keeper->Look(view);
    const Lock lock(mutex_);
    cares_.emplace(id, std::move(care));
  }
}

Result<Loop::KeeperRef> Loop::Meant(const RecoveryOrder& order) {
  const Lock lock(mutex_);
  std::string known;
  KeeperRef meant;
  size_t fits = 0;
  for (const auto& [id, care] : cares_) {
    known += fmt::format("{}{}/{}", known.empty() ? "" : ", ", care.cluster, care.connect);
    if ((order.cluster.empty() || order.cluster == care.cluster) &&
        (order.connect.empty() || order.connect == care.connect)) {
      meant = care.keeper;
      ++fits;
    }
  }
  if (fits == 1) {
    return meant;
  }
  return Error(Reason::kInvalid,
               fmt::format("{} Connect cluster is \"{}/{}\"; there is: {}",
                           fits == 0 ? "no" : "more than one", Printable(order.cluster),
                           Printable(order.connect), known.empty() ? "none" : known));
}

Result<std::string> Loop::Carry(const RecoveryOrder& order, MonoTime due) {
  const Result<KeeperRef> keeper = Meant(order);
  return keeper ? (*keeper)->Carry(order, due) : Result<std::string>(keeper.error());
}

/// Hands views out; a keeper that is busy takes the newest when it is done.
void Loop::Run(const std::stop_token& stop) {
  constexpr Duration kPatience = std::chrono::hours{1};  // any: the wait only ends early for news
  NameThisThread("recovery views");
  uint64_t seen = 0;
  while (!stop.stop_requested()) {
    seen = views_.WaitNewer(seen, std::chrono::steady_clock::now() + kPatience, stop);
    if (stop.stop_requested()) {
      return;
    }
    const ViewRef view = views_.Get();
    const Lock lock(mutex_);
    for (const auto& [id, care] : cares_) {
      care.keeper->Look(view);
    }
  }
}

}  // namespace klaxon::recovery
