#include "agent/connect/client.h"

#include <utility>

#include "agent/http/status.h"

namespace klaxon::connect {
namespace {

using http::kConflict;
using http::kOk;
using http::LooksLikeWebPage;

}  // namespace

Error JudgeAnswer(const http::HttpResponse& response, const std::string& worker) {
  if (response.status == kOk && LooksLikeWebPage(response)) {
    return {Reason::kBadAnswer,
            worker + " answers with a web page; is this Kafka Connect's address?"};
  }
  const Error error = http::JudgeRefusal(
      response, ErrorMessageIn(response.body),
      {.login = "check username and password, or the token, in this section of the configuration",
       .not_found = "the worker is starting, or this is not Kafka Connect",
       .later = "see the worker's log if this lasts",
       .other = response.status == kConflict ? "the workers are rebalancing, which passes"
                                             : "is this Kafka Connect's address?"});
  return {error.reason(), worker + " " + error.message()};
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
  if (response->status != kOk || LooksLikeWebPage(*response)) {
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
