#include "tests/support/fake_http_client.h"

namespace klaxon::testing {

Result<http::HttpResponse> FakeHttpClient::Send(const http::HttpRequest& request, MonoTime,
                                                const std::stop_token&) {
  asked_.push_back(request.url);
  const auto answer = answers_.find(request.url);
  if (answer == answers_.end()) {
    return Error(Reason::kUnreachable, request.url + ": connection refused");
  }
  return answer->second;
}

void FakeHttpClient::Set(const std::string& url, std::string body, int status,
                         std::string content_type) {
  http::HttpResponse response;
  response.status = status;
  response.content_type = std::move(content_type);
  response.body = std::move(body);
  answers_.insert_or_assign(url, std::move(response));
}

void FakeHttpClient::Fail(const std::string& url, Error error) {
  answers_.insert_or_assign(url, std::move(error));
}

}  // namespace klaxon::testing
