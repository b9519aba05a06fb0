#include "tests/support/fake_http_client.h"

namespace klaxon::testing {

Result<http::HttpResponse> FakeHttpClient::Send(const http::HttpRequest& request, MonoTime,
                                                const std::stop_token&) {
  asked_.push_back(request.url);
  const auto answer = answers_.find(request.url);
  if (answer == answers_.end()) {
    return Error(Reason::kUnreachable, request.url + ": connection refused");
  }
  if (!answer->second || !answer->second->ok() || !request.on_body) {
    return answer->second;
  }
  http::HttpResponse response = *answer->second;
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
