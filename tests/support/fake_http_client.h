#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/mutex.h"
#include "agent/http/client.h"

namespace klaxon::testing {

/// Answers from a table that a test goes on changing. Thread-safe.
class FakeHttpClient final : public http::HttpClient {
 public:
  Result<http::HttpResponse> Send(const http::HttpRequest& request, MonoTime deadline,
                                  const std::stop_token& stop) override;

  /// From now on the URL is answered with this.
  void Set(const std::string& url, std::string body, int status = 200,
           std::string content_type = "application/json");
  void Fail(const std::string& url, Error error);

  /// URLs asked since the last call of this, in order.
  std::vector<std::string> TakeAsked() {
    const Lock lock(mutex_);
    return std::exchange(asked_, {});
  }

 private:
  Result<http::HttpResponse> Find(const std::string& url);

  Mutex mutex_{};
  std::map<std::string, Result<http::HttpResponse>> answers_ KLAXON_GUARDED_BY(mutex_){};
  std::vector<std::string> asked_ KLAXON_GUARDED_BY(mutex_){};
};

}  // namespace klaxon::testing
