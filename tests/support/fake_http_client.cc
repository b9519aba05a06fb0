#include "tests/support/fake_http_client.h"

namespace klaxon::testing {

Result<http::HttpResponse> FakeHttpClient::Send(const http::HttpRequest& request, MonoTime,
                                                const std::stop_token&) {
  Result<http::HttpResponse> answer = Find(request.url);
  if (!answer || !answer->ok() || !request.on_body) {
    return answer;
  }
  http::HttpResponse response = *std::move(answer);
  const std::string body = std::exchange(response.body, {});
  constexpr size_t kPiece = 7;  // so that nothing relies on where a piece ends
  for (size_t begin = 0; begin < body.size(); begin += kPiece) {
    if (Result<void> taken = request.on_body(std::string_view(body).substr(begin, kPiece));
        !taken) {
      return taken.error();
    }
  }
  return response;
}

Result<http::HttpResponse> FakeHttpClient::Find(const std::string& url) {
  const Lock lock(mutex_);
  asked_.push_back(url);
  const auto answer = answers_.find(url);
  if (answer == answers_.end()) {
    return Error(Reason::kUnreachable, url + ": connection refused");
  }
  return answer->second;
}

void FakeHttpClient::Set(const std::string& url, std::string body, int status,
                         std::string content_type) {
  http::HttpResponse response;
  response.status = status;
  response.content_type = std::move(content_type);
  response.body = std::move(body);
  const Lock lock(mutex_);
  answers_.insert_or_assign(url, std::move(response));
}

void FakeHttpClient::Fail(const std::string& url, Error error) {
  const Lock lock(mutex_);
  answers_.insert_or_assign(url, std::move(error));
}

}  // namespace klaxon::testing
