#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/mutex.h"
#include "agent/base/result.h"
#include "agent/http/server.h"

namespace klaxon::simulator {

/// The HTTP server on 127.0.0.1 that simulated components share: counts requests, and ends waiting
/// answers when it stops. All members are thread-safe.
class HttpHost {
 public:
  using Answer = std::function<http::Response(const http::Request&)>;

  HttpHost() = default;
  HttpHost(const HttpHost&) = delete;
  HttpHost& operator=(const HttpHost&) = delete;
  ~HttpHost();

  /// Answers GET of `paths`, POST too if `posts`, on a free port from now on. `answer` is called by
  /// several threads at once, and no more once the host is gone. Error: kUnreachable, no port can
  /// be had.
  Result<void> Listen(const std::vector<std::string>& paths, const Answer& answer,
                      bool posts = false);

  /// "http://127.0.0.1:PORT"; empty before Listen.
  const std::string& url() const { return url_; }

  /// Requests that came, errors and those that wait included.
  uint64_t RequestCount() const;

  /// For answers: returns after `delay`, or when the host stops.
  void Pause(Duration delay);

  /// For answers: returns when `hung` is false, or when the host stops. Asked again at each Wake.
  void PauseWhile(const std::function<bool()>& hung);
  void Wake();

 private:
  mutable Mutex mutex_;
  std::condition_variable_any changed_;
  uint64_t requests_ KLAXON_GUARDED_BY(mutex_) = 0;
  bool stopping_ KLAXON_GUARDED_BY(mutex_) = false;
  std::string url_{};
  std::unique_ptr<http::Server> server_{};
};

/// `response` that ends after `bytes`: JSON that stops midway. 0: as it is.
http::Response CutAt(http::Response response, size_t bytes);

}  // namespace klaxon::simulator
