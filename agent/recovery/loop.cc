#include "agent/recovery/loop.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "agent/base/log.h"
#include "agent/base/thread_name.h"

namespace klaxon::recovery {

Loop::Loop(Resources resources, const Latest<View>& views, Publish publish)
    : resources_(std::move(resources)), views_(views), publish_(std::move(publish)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void Loop::SetWards(std::vector<Ward> wards) {
  const Lock lock(mutex_);
  wards_ = std::move(wards);
  changed_ = true;
}

void Loop::TakeWards() {
  std::vector<Ward> wards;
  {
    const Lock lock(mutex_);
    if (!std::exchange(changed_, false)) {
      return;
    }
    wards = wards_;
  }
  std::map<uint64_t, Care> kept;
  for (Ward& ward : wards) {
    const uint64_t id = ward.id;
    if (auto known = cares_.extract(id)) {
      Care& care = known.mapped();
      if (care.ward.policy != ward.policy) {
        care.recovery.SetPolicy(ward.policy);
        care.seen = nullptr;
      }
      care.ward = std::move(ward);
      kept.insert(std::move(known));
    } else {
      Recovery recovery = Begin(ward);
      kept.emplace(id, Care{.ward = std::move(ward), .recovery = std::move(recovery)});
    }
  }
  cares_ = std::move(kept);
}

bool Loop::Changed() {
  const Lock lock(mutex_);
  return changed_;
}

Recovery Loop::Begin(const Ward& ward) {
  // Connect answers a restart at once, or after 90 s of a stuck herder's: that is worth no wait.
  constexpr Duration kTimeout = std::chrono::seconds{10};
  return {ward.policy,
          {.cluster = ward.cluster, .connect = ward.connect},
          {.clock = &resources_.clock,
           .database = resources_.database,
           .missing = resources_.missing,
           .executor = std::make_shared<Executor>(resources_.http, ward.access, kTimeout),
           .may_go_on = [this] { return !Changed(); }}};  // what was decided may be forbidden now
}

void Loop::LookAt(const View& view, Care& care, const std::stop_token& stop) {
  const std::vector<ConnectPart> parts = ConnectParts(view);
  const auto part = std::ranges::find_if(parts, [&](const ConnectPart& each) {
    return each.section.cluster == care.ward.cluster && each.section.instance == care.ward.connect;
  });
  Section section{
      .cluster = care.ward.cluster, .collector = "recovery", .instance = care.ward.connect};
  const auto polled = std::ranges::find_if(view.parts, [&](const ViewPart& each) {
    return each.section->collector == "connect" && each.section->cluster == care.ward.cluster &&
           each.section->instance == care.ward.connect;
  });
  if (polled == view.parts.end()) {
    return;
  }
  const bool fresh = part != parts.end() && IsFresh(part->facts.listed, view.now);
  if (polled->section == care.seen && fresh == care.fresh) {
    return;
  }
  care.seen = polled->section;
  care.fresh = fresh;
  const Instant began = resources_.clock.Now();
  section.facts = part == parts.end() ? std::make_shared<const RecoveryFacts>()
                                      : FactsRef(care.recovery.Step(view, *part, stop));
  care.status.interval = polled->section->status.interval;
  ++care.status.polls;
  care.status.finished_at = resources_.clock.Now();
  care.status.took = care.status.finished_at.mono - began.mono;
  care.status.last_answered = care.status.finished_at;
  section.status = care.status;
  publish_(care.ward.id, std::make_shared<const Section>(std::move(section)));
}

void Loop::Run(const std::stop_token& stop) {
  constexpr Duration kPatience = std::chrono::hours{1};  // any: the wait only ends early for news
  NameThisThread("recovery");
  uint64_t seen = 0;
  while (!stop.stop_requested()) {
    seen = views_.WaitNewer(seen, std::chrono::steady_clock::now() + kPatience, stop);
    if (stop.stop_requested()) {
      return;
    }
    TakeWards();
    const ViewRef view = views_.Get();
    for (auto& [id, care] : cares_) {
      if (stop.stop_requested()) {  // each can wait for a disk and for Connect
        return;
      }
      try {
        LookAt(*view, care, stop);
      } catch (const std::exception& failure) {  // out of memory, or a defect: nothing is decided
        log::Error("recovery", "{}/{}: no plan: {}", care.ward.cluster, care.ward.connect,
                   failure.what());
      }
    }
  }
}

}  // namespace klaxon::recovery
