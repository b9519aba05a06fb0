#include "agent/simulator/http_host.h"

#include <utility>

namespace klaxon::simulator {

HttpHost::~HttpHost() {
  {
    const Lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  server_.reset();
}

Result<void> HttpHost::Listen(const std::vector<std::string>& paths, const Answer& answer,
                              bool posts) {
  std::vector<http::Route> routes;
  routes.reserve(2 * paths.size());
  const auto handler = [this, answer](const http::Request& request) {
    {
      const Lock lock(mutex_);
      ++requests_;
    }
    return answer(request);
  };
  for (const std::string& path : paths) {
    routes.push_back({.method = "GET", .path = path, .handler = handler});
    if (posts) {
      routes.push_back(
          {.method = "POST", .path = path, .handler = handler, .access = http::Access::kOpen});
    }
  }
  Result<std::unique_ptr<http::Server>> listening =
      http::Server::Listen({.listen = {.host = "127.0.0.1"}}, std::move(routes));
  if (!listening) {
    return listening.error();
  }
  server_ = std::move(*listening);
  url_ = server_->Url();
  return {};
}

uint64_t HttpHost::RequestCount() const {
  const Lock lock(mutex_);
  return requests_;
}

void HttpHost::Pause(Duration delay) {
  if (delay > Duration{}) {
    const Lock lock(mutex_);
    changed_.wait_for(mutex_, delay, [&]() KLAXON_REQUIRES(mutex_) { return stopping_; });
  }
}

void HttpHost::PauseWhile(const std::function<bool()>& hung) {
  const Lock lock(mutex_);
  changed_.wait(mutex_, [&]() KLAXON_REQUIRES(mutex_) { return stopping_ || !hung(); });
}

void HttpHost::Wake() {
  {
    const Lock lock(mutex_);  // a waiter that has just asked must not miss it
  }
  changed_.notify_all();
}

http::Response CutAt(http::Response response, size_t bytes) {
  if (bytes > 0 && response.Bytes().size() > bytes) {
    response.body = std::string(response.Bytes().substr(0, bytes));
    response.shared_body = nullptr;
  }
  return response;
}

}  // namespace klaxon::simulator
