#include "agent/analysis/view_loop.h"

#include <algorithm>

#include "agent/analysis/advance.h"
#include "agent/base/thread_name.h"

namespace klaxon::analysis {

ViewLoop::ViewLoop(Clock& clock, Latest<View>& views) : clock_(clock), views_(views) {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

ViewLoop::~ViewLoop() {
  thread_.request_stop();
  thread_.join();
}

void ViewLoop::SetSources(const std::vector<uint64_t>& sources) {
  {
    const Lock lock(mutex_);
    std::vector<Slot> slots;
    for (const uint64_t source : sources) {
      const auto found = std::ranges::find(slots_, source, &Slot::source);
      slots.push_back(found == slots_.end() ? Slot{.source = source} : std::move(*found));
    }
    slots_ = std::move(slots);
    news_ = true;
  }
  changed_.notify_one();
}

void ViewLoop::Publish(uint64_t source, SectionRef section) {
  {
    const Lock lock(mutex_);
    const auto found = std::ranges::find(slots_, source, &Slot::source);
    if (found == slots_.end()) {
      return;
    }
    found->section = std::move(section);
    news_ = true;
  }
  changed_.notify_one();
}

std::vector<SectionRef> ViewLoop::Wait(const std::stop_token& stop) {
  // The wait is by the machine's clock; a day bounds it because the far future overflows in some
  // implementations of wait_until.
  constexpr Duration kLongest = std::chrono::hours{24};
  const MonoTime now = clock_.Now().mono;
  const MonoTime due = std::min(NextExpiry(*views_.Get()), now + kLongest);
  const Lock lock(mutex_);
  changed_.wait_for(mutex_, stop, due - now, [this]() KLAXON_REQUIRES(mutex_) { return news_; });
  news_ = false;
  std::vector<SectionRef> sections;
  sections.reserve(slots_.size());
  for (const Slot& slot : slots_) {
    sections.push_back(slot.section);
  }
  return sections;
}

void ViewLoop::Run(const std::stop_token& stop) {
  NameThisThread("analysis");
  while (!stop.stop_requested()) {
    const std::vector<SectionRef> sections = Wait(stop);
    if (stop.stop_requested()) {
      return;
    }
    const ViewRef before = views_.Get();
    views_.Set(std::make_shared<const View>(Advance(*before, sections, clock_.Now())));
  }
}

}  // namespace klaxon::analysis
