#include "agent/app/sample_loop.h"

#include <chrono>
#include <optional>
#include <utility>

#include "agent/base/log.h"
#include "agent/base/thread_name.h"

namespace klaxon::app {

SampleLoop::SampleLoop(Clock& clock, const Latest<View>& views, series::Keeper& keeper,
                       Duration interval, IsWhole is_whole, Then then)
    : clock_(clock),
      views_(views),
      keeper_(keeper),
      interval_(interval),
      is_whole_(std::move(is_whole)),
      then_(std::move(then)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void SampleLoop::Sample() {
  try {
    const ViewRef view = views_.Get();
    const int64_t time = keeper_.Sample(*view, clock_.Now());
    if (then_) then_(*view, time);
  } catch (const std::exception& failure) {  // out of memory, or a defect: the next view may do
    log::Error("series", "the view could not be sampled: {}", failure.what());
  }
}

void SampleLoop::AwaitFirstView(const std::stop_token& stop) const {
  using std::chrono::steady_clock;
  std::optional<steady_clock::time_point> patience;
  while (!stop.stop_requested()) {
    const uint64_t seen = views_.Version();
    const ViewRef view = views_.Get();
    const steady_clock::time_point now = steady_clock::now();
    if (!view->parts.empty()) {
      patience = patience.value_or(now + interval_);
      if (is_whole_(*view) || now >= *patience) return;
    }
    views_.WaitNewer(seen, patience.value_or(now + std::chrono::hours{1}), stop);
  }
}

void SampleLoop::Run(const std::stop_token& stop) {
  NameThisThread("series");
  AwaitFirstView(stop);
  MonoTime due = clock_.Now().mono;
  while (!stop.stop_requested()) {
    Sample();
    due += interval_;
    if (const MonoTime now = clock_.Now().mono; due < now) {
      due += ((now - due) / interval_ + 1) * interval_;
    }
    if (!clock_.SleepUntil(due, stop)) return;
  }
}

}  // namespace klaxon::app
