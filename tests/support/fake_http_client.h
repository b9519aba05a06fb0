#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/http/client.h"

namespace klaxon::testing {

/// Answers from a table that a test goes on changing. Confined to one thread.
class FakeHttpClient final : public http::HttpClient {
 public:
  Result<http::HttpResponse> Send(const http::HttpRequest& request, MonoTime deadline,
                                  const std::stop_token& stop) override;

  /// From now on the URL is answered with this.
  void Set(const std::string& url, std::string body, int status = 200,
           std::string content_type = "application/json");
  void Fail(const std::string& url, Error error);

  /// URLs asked since the last call of this, in order.
  std::vector<std::string> TakeAsked() { return std::exchange(asked_, {}); }

 private:
  std::map<std::string, Result<http::HttpResponse>> answers_{};
  std::vector<std::string> asked_{};
};

}  // namespace klaxon::testing
