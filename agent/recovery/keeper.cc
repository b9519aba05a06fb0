#include "agent/recovery/keeper.h"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "agent/base/log.h"
#include "agent/base/text.h"
#include "agent/base/thread_name.h"

namespace klaxon::recovery {
namespace {

/// Where Connect's answers to a ward are in a view; null: never asked.
const ViewPart* PolledIn(const View& view, const Ward& ward) {
  const auto polled = std::ranges::find_if(view.parts, [&](const ViewPart& each) {
    return each.section->collector == "connect" && each.section->cluster == ward.cluster &&
           each.section->instance == ward.connect;
  });
  return polled == view.parts.end() ? nullptr : &*polled;
}

std::optional<ConnectPart> PartIn(const View& view, const Ward& ward) {
  for (const ConnectPart& each : ConnectParts(view)) {
    if (each.section.cluster == ward.cluster && each.section.instance == ward.connect) {
      return each;
    }
  }
  return std::nullopt;
}

}  // namespace

Means Keeper::MeansOf(const Resources& resources, const Ward& ward, std::shared_ptr<Mutex> disk) {
  // Connect answers a restart at once, or after 90 s of a stuck herder's: that is worth no wait.
  constexpr Duration kTimeout = std::chrono::seconds{10};
  return {.clock = &resources.clock,
          .database = resources.database,
          .open = resources.open,
          .missing = resources.missing,
          .disk = std::move(disk),
          .executor = std::make_shared<Executor>(resources.http, ward.access, kTimeout),
          .may_go_on = [this] { return !Awaits(); }};  // what was decided may be forbidden now
}

Keeper::Keeper(const Resources& resources, Ward ward, Publish publish, std::shared_ptr<Mutex> disk)
    : clock_(resources.clock),
      publish_(std::move(publish)),
      ward_(std::move(ward)),
      recovery_(ward_.policy, {.cluster = ward_.cluster, .connect = ward_.connect},
                MeansOf(resources, ward_, std::move(disk))) {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void Keeper::End() {
  thread_.request_stop();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Keeper::SetWard(Ward ward) {
  {
    const Lock lock(mutex_);
    next_ = std::move(ward);
  }
  news_.notify_all();
}

void Keeper::Look(ViewRef view) {
  ViewRef old;  // freed after the lock
  {
    const Lock lock(mutex_);
    old = std::exchange(newest_, std::move(view));
  }
  news_.notify_all();
}

Result<std::string> Keeper::Carry(RecoveryOrder order, MonoTime due) {
  constexpr size_t kMostWaiting = 100;
  const auto asked = std::make_shared<Asked>(Asked{.order = std::move(order)});
  const Lock lock(mutex_);
  if (orders_.size() >= kMostWaiting) {
    return Error(Reason::kRefused,
                 fmt::format("{} orders wait already: Connect does not answer", orders_.size()));
  }
  orders_.push_back(asked);
  news_.notify_all();
  answered_.wait_until(
      mutex_, due, [&]() KLAXON_REQUIRES(mutex_) { return ended_ || asked->answer.has_value(); });
  if (asked->answer) {
    return *asked->answer;
  }
  return ended_ ? Error(Reason::kCancelled, "Klaxon is stopping")
                : Error(Reason::kTimeout,
                        "taken, and not done yet: Connect keeps Klaxon waiting; `klaxon recovery "
                        "log` and the events on the page will tell what came of it");
}

/// Somebody wants something else than what was planned.
bool Keeper::Awaits() {
  const Lock lock(mutex_);
  return next_.has_value() || !orders_.empty();
}

void Keeper::TakeNews() {
  std::optional<Ward> next;
  {
    const Lock lock(mutex_);
    next = std::exchange(next_, std::nullopt);
    view_ = newest_ == nullptr ? view_ : newest_;
    newest_ = nullptr;
  }
  if (!next) {
    return;
  }
  if (ward_.policy != next->policy) {
    recovery_.SetPolicy(next->policy);
    seen_ = nullptr;
  }
  ward_ = *std::move(next);
}

void Keeper::CarryOrders(const std::stop_token& stop) {
  std::deque<AskedRef> orders;
  {
    const Lock lock(mutex_);
    orders.swap(orders_);
  }
  for (const AskedRef& asked : orders) {
    const std::optional<ConnectPart> part = view_ == nullptr ? std::nullopt : PartIn(*view_, ward_);
    Result<std::string> answer = part ? recovery_.Carry(asked->order, *view_, *part, stop)
                                      : recovery_.CarryUnseen(asked->order, stop);
    seen_ = nullptr;  // the plan is another now
    {
      const Lock lock(mutex_);
      asked->answer = std::move(answer);
    }
    answered_.notify_all();
  }
}

void Keeper::LookAt(const View& view, const std::stop_token& stop) {
  const ViewPart* polled = PolledIn(view, ward_);
  if (polled == nullptr) {
    return;
  }
  const std::optional<ConnectPart> part = PartIn(view, ward_);
  const bool fresh = part && IsFresh(part->facts.listed, view.now);
  if (polled->section == seen_ && fresh == fresh_) {
    return;
  }
  seen_ = polled->section;
  fresh_ = fresh;
  const Instant began = clock_.Now();
  Section section{.cluster = ward_.cluster, .collector = "recovery", .instance = ward_.connect};
  section.facts =
      part ? FactsRef(recovery_.Step(view, *part, stop)) : std::make_shared<const RecoveryFacts>();
  if (stop.stop_requested()) {  // it was not thought to its end
    return;
  }
  status_.interval = polled->section->status.interval;
  ++status_.polls;
  status_.finished_at = clock_.Now();
  status_.took = status_.finished_at.mono - began.mono;
  status_.last_answered = status_.finished_at;
  section.status = status_;
  publish_(ward_.id, std::make_shared<const Section>(std::move(section)));
}

void Keeper::Run(const std::stop_token& stop) {
  NameThisThread("recovery");
  while (!stop.stop_requested()) {
    {
      const Lock lock(mutex_);
      news_.wait(mutex_, stop, [this]() KLAXON_REQUIRES(mutex_) {
        return next_.has_value() || newest_ != nullptr || !orders_.empty();
      });
    }
    if (stop.stop_requested()) {
      break;
    }
    try {
      TakeNews();
      CarryOrders(stop);
      if (view_ != nullptr) {
        LookAt(*view_, stop);
      }
    } catch (const std::exception& failure) {  // out of memory, or a defect: nothing is decided
      log::Error("recovery", "{}/{}: no plan: {}", ward_.cluster, ward_.connect, failure.what());
    }
  }
  std::deque<AskedRef> undone;
  {
    const Lock lock(mutex_);
    ended_ = true;
    undone.swap(orders_);
  }
  answered_.notify_all();
  for (const AskedRef& asked : undone) {  // somebody may have been told that it was taken
    const RecoveryOrder& order = asked->order;
    log::Warning("recovery", "{}/{}: {} {} by {} is not done: Klaxon stops", ward_.cluster,
                 ward_.connect, Name(order.verb), Printable(order.connector), order.who);
  }
}

}  // namespace klaxon::recovery
