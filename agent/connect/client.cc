#include "agent/connect/client.h"

#include <utility>

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::connect {
namespace {

constexpr int kOk = 200;
constexpr int kFirstRedirect = 300;
constexpr int kFirstClientError = 400;
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kConflict = 409;
constexpr int kProxyUnauthorized = 407;
constexpr int kFirstServerError = 500;

bool LooksLikeHtml(const http::HttpResponse& response) {
  return response.content_type.find("html") != std::string::npos ||
         Trim(response.body).starts_with('<');
}

std::string Words(const http::HttpResponse& response) {
  const std::string told = ErrorMessageIn(response.body);
  if (!told.empty()) {
    return fmt::format("answers {}: {}", response.status, told);
  }
  return fmt::format("answers {}{}", response.status,
                     LooksLikeHtml(response) ? " with a web page" : "");
}

}  // namespace

Error JudgeAnswer(const http::HttpResponse& response, const std::string& worker) {
  const int status = response.status;
  const std::string words = worker + " " + Words(response);
  if (status == kProxyUnauthorized) {
    return {Reason::kUnauthorized, words + "; a proxy asks for a login, which Klaxon cannot give"};
  }
  if (status == kUnauthorized || status == kForbidden) {
    return {Reason::kUnauthorized,
            words + "; check username and password in this section of the configuration"};
  }
  if (status == kNotFound) {
    return {Reason::kRefused, words + "; the worker is starting, or this is not Kafka Connect"};
  }
  if (status == kConflict) {
    return {Reason::kRefused, words + "; the workers are rebalancing, which passes"};
  }
  if (status >= kFirstServerError) {
    return {Reason::kRefused, words + "; see the worker's log if this lasts"};
  }
  if (status >= kFirstRedirect && status < kFirstClientError) {
    return {Reason::kRefused, words + ", which sends us elsewhere; configure the final address"};
  }
  if (status == kOk && LooksLikeHtml(response)) {
    return {Reason::kBadAnswer,
            worker + " answers with a web page; is this Kafka Connect's address?"};
  }
  return {Reason::kBadAnswer, words + "; is this Kafka Connect's address?"};
}

ConnectClient::ConnectClient(http::HttpClient& http, std::string url, http::ClientAccess access)
    : http_(http), url_(std::move(url)), access_(std::move(access)) {
  while (url_.ends_with('/')) {
    url_.pop_back();
  }
}

template <class T>
Result<T> ConnectClient::Ask(const std::string& resource, Result<T> (*parse)(std::string_view),
                             MonoTime deadline, const std::stop_token& stop) const {
  const http::HttpRequest request{
      .url = url_ + resource, .headers = {{"Accept", "application/json"}}, .access = access_};
  const Result<http::HttpResponse> response = http_.Get(request, deadline, stop);
  if (!response) {
    return response.error();
  }
  if (response->status != kOk || LooksLikeHtml(*response)) {
    return JudgeAnswer(*response, url_);
  }
  Result<T> parsed = parse(response->body);
  if (!parsed) {
    return Error(Reason::kBadAnswer, url_ + resource + " answers not as Kafka Connect does: " +
                                         parsed.error().message());
  }
  return parsed;
}

Result<WorkerInfo> ConnectClient::Info(MonoTime deadline, const std::stop_token& stop) const {
  return Ask("/", ParseWorkerInfo, deadline, stop);
}

Result<std::vector<ConnectorStatus>> ConnectClient::Connectors(MonoTime deadline,
                                                               const std::stop_token& stop) const {
  return Ask("/connectors?expand=status&expand=info", ParseConnectors, deadline, stop);
}

Result<std::vector<std::string>> ConnectClient::Names(MonoTime deadline,
                                                      const std::stop_token& stop) const {
  return Ask("/connectors", ParseNames, deadline, stop);
}

}  // namespace klaxon::connect
