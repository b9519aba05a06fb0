#include "agent/http/message.h"

#include <algorithm>

#include "agent/http/field.h"

namespace klaxon::http {
namespace {

Response Make(int status, std::string content_type, std::string body) {
  Response response;
  response.status = status;
  response.content_type = std::move(content_type);
  response.body = std::move(body);
  return response;
}

}  // namespace

std::string_view FindHeader(const HeaderList& headers, std::string_view name) {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& header) {
    return EqualWithoutCase(header.first, name);
  });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

const std::string* Request::Query(std::string_view name) const {
  const auto found = std::find_if(query.begin(), query.end(),
                                  [&](const auto& parameter) { return parameter.first == name; });
  return found == query.end() ? nullptr : &found->second;
}

Response TextResponse(int status, std::string text) {
  return Make(status, "text/plain; charset=utf-8", std::move(text));
}

Response HtmlResponse(int status, std::string html) {
  return Make(status, "text/html; charset=utf-8", std::move(html));
}

Response JsonResponse(int status, std::string json) {
  return Make(status, "application/json", std::move(json));
}

}  // namespace klaxon::http
