#include "agent/app/render_loop.h"

#include "agent/base/log.h"
#include "agent/base/thread_name.h"

namespace klaxon::app {

RenderLoop::RenderLoop(const Latest<View>& views, std::function<void(const View&)> render)
    : views_(views), render_(std::move(render)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void RenderLoop::Run(const std::stop_token& stop) {
  constexpr Duration kPatience = std::chrono::hours{1};  // any: the wait only ends early for news
  NameThisThread("render");
  uint64_t seen = 0;
  while (!stop.stop_requested()) {
    const uint64_t version =
        views_.WaitNewer(seen, std::chrono::steady_clock::now() + kPatience, stop);
    if (stop.stop_requested()) {
      return;
    }
    if (version == seen) {
      continue;
    }
    seen = version;
    try {
      render_(*views_.Get());
    } catch (const std::exception& failure) {  // out of memory, or a defect: the next view may do
      log::Error("render", "the view could not be rendered: {}", failure.what());
    }
  }
}

}  // namespace klaxon::app
