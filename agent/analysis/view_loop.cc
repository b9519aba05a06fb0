#include "agent/analysis/view_loop.h"

#include <algorithm>

#include "agent/analysis/advance.h"
#include "agent/base/thread_name.h"

namespace klaxon::analysis {

ViewLoop::ViewLoop(size_t slots, Clock& clock, Latest<View>& views)
    : clock_(clock), views_(views), sections_(slots) {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

ViewLoop::~ViewLoop() {
  thread_.request_stop();
  thread_.join();
}

void ViewLoop::Publish(size_t slot, SectionRef section) {
  {
    const Lock lock(mutex_);
    sections_.at(slot) = std::move(section);
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
  return sections_;
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
