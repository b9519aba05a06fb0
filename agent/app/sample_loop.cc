#include "agent/app/sample_loop.h"

#include <utility>

#include "agent/base/log.h"
#include "agent/base/thread_name.h"

namespace klaxon::app {

SampleLoop::SampleLoop(Clock& clock, const Latest<View>& views, series::Keeper& keeper,
                       Duration interval, Then then)
    : clock_(clock), views_(views), keeper_(keeper), interval_(interval), then_(std::move(then)) {
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

void SampleLoop::Run(const std::stop_token& stop) {
  NameThisThread("series");
  // Before there is anything to see, every rule about something absent would be right.
  while (!stop.stop_requested() && views_.Get()->parts.empty()) {
    const uint64_t seen = views_.Version();
    if (!views_.Get()->parts.empty()) break;
    views_.WaitNewer(seen, std::chrono::steady_clock::now() + std::chrono::hours{1}, stop);
  }
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
