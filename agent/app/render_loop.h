#pragma once

#include <functional>
#include <thread>

#include "agent/base/latest.h"
#include "agent/model/view.h"

namespace klaxon::app {

/// The thread that prepares what is served from each new view, so that neither a scrape nor
/// analysis waits for it. A view that is replaced while one is prepared is skipped.
class RenderLoop {
 public:
  /// `views` and all that `render` uses must outlive the loop.
  RenderLoop(const Latest<View>& views, std::function<void(const View&)> render);
  RenderLoop(const RenderLoop&) = delete;
  RenderLoop& operator=(const RenderLoop&) = delete;
  ~RenderLoop() = default;

 private:
  void Run(const std::stop_token& stop);

  const Latest<View>& views_;
  const std::function<void(const View&)> render_;
  std::jthread thread_;  // last: joined before anything it uses is gone
};

}  // namespace klaxon::app
