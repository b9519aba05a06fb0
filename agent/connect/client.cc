#include "agent/connect/client.h"

#include <utility>

#include "agent/base/text.h"
#include "agent/connect/version.h"
#include "agent/http/status.h"

namespace klaxon::connect {
namespace {

using http::kConflict;
using http::kNotFound;
using http::kOk;
using http::LooksLikeWebPage;

constexpr size_t kLargestList = size_t{256} << 20U;  // bytes
constexpr size_t kBeginning = 256;

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

Result<http::HttpResponse> ConnectClient::Get(const std::string& resource, const Wait& wait) const {
  const http::HttpRequest request{
      .url = url_ + resource, .headers = {{"Accept", "application/json"}}, .access = access_};
  return http_.Get(request, wait.deadline, wait.stop);
}

Result<http::HttpResponse> ConnectClient::Post(const std::string& resource,
                                               const Wait& wait) const {
  const http::HttpRequest request{.method = "POST",
                                  .url = url_ + resource,
                                  .headers = {{"Accept", "application/json"}},
                                  .access = access_};
  return http_.Send(request, wait.deadline, wait.stop);
}

Error ConnectClient::Misread(const std::string& resource, const Error& error) const {
  return {Reason::kBadAnswer,
          url_ + resource + " answers not as Kafka Connect does: " + error.message()};
}

template <class T>
Result<T> ConnectClient::Ask(const std::string& resource, Result<T> (*parse)(std::string_view),
                             const Wait& wait) const {
  const Result<http::HttpResponse> response = Get(resource, wait);
  if (!response) {
    return response.error();
  }
  if (response->status != kOk || LooksLikeWebPage(*response)) {
    return JudgeAnswer(*response, url_);
  }
  Result<T> parsed = parse(response->body);
  if (!parsed) {
    return Misread(resource, parsed.error());
  }
  return parsed;
}

Result<WorkerInfo> ConnectClient::Info(const Wait& wait) const {
  return Ask("/", ParseWorkerInfo, wait);
}

Result<std::vector<std::string>> ConnectClient::Names(const Wait& wait) const {
  return Ask("/connectors", ParseNames, wait);
}

Result<std::vector<NamedConnector>> ConnectClient::Connectors(const Wait& wait,
                                                              ConnectorsMemory* memory) const {
  const std::string resource = "/connectors?expand=status&expand=info";
  ConnectorsReader reader(memory);
  std::string beginning;  // to judge what is no JSON by
  bool wanted = true;
  http::HttpRequest request{
      .url = url_ + resource, .headers = {{"Accept", "application/json"}}, .access = access_};
  request.max_body = kLargestList;
  request.accept_gzip = false;  // it would cost the worker more than the bytes
  request.on_body = [&](std::string_view piece) -> Result<void> {
    beginning.append(piece.substr(0, kBeginning - beginning.size()));
    wanted = reader.Feed(piece);
    return wanted ? Result<void>() : Error(Reason::kBadAnswer, "not what was asked for");
  };
  Result<http::HttpResponse> response = http_.Get(request, wait.deadline, wait.stop);
  if (!response && wanted) {
    return response.error();
  }
  if (reader.is_names()) {
    return Error(Reason::kUnsupported, url_ + " is older than Kafka 2.3 and lists no states");
  }
  http::HttpResponse judged = response ? *std::move(response) : http::HttpResponse{.status = kOk};
  judged.body += beginning;
  if (judged.status != kOk || LooksLikeWebPage(judged)) {
    return JudgeAnswer(judged, url_);
  }
  Result<std::vector<NamedConnector>> read = reader.Finish();
  if (!read) {
    return Misread(resource, read.error());
  }
  return read;
}

Result<std::optional<ConnectorFacts>> ConnectClient::Status(const std::string& connector,
                                                            std::string_view java_class,
                                                            const Wait& wait,
                                                            bool* forbidden) const {
  const std::string resource = ConnectorPath(connector) + "/status";
  const Result<http::HttpResponse> response = Get(resource, wait);
  if (!response) {
    return response.error();
  }
  if (forbidden != nullptr) {
    *forbidden = response->status == http::kForbidden;
  }
  if (response->status == kNotFound && !ErrorMessageIn(response->body).empty()) {
    return std::optional<ConnectorFacts>();
  }
  if (response->status != kOk || LooksLikeWebPage(*response)) {
    return JudgeAnswer(*response, url_);
  }
  Result<ConnectorFacts> facts = ParseStatus(response->body, java_class, connector);
  if (!facts) {
    return Misread(resource, facts.error());
  }
  return std::optional(*std::move(facts));
}

Result<void> ConnectClient::Config(NamedConnector& connector, const Wait& wait) const {
  const std::string resource = ConnectorPath(connector.name) + "/config";
  const Result<http::HttpResponse> response = Get(resource, wait);
  if (!response) {
    return response.error();
  }
  if (response->status != kOk || LooksLikeWebPage(*response)) {
    return JudgeAnswer(*response, url_);
  }
  const Result<void> read = ParseConfig(response->body, connector);
  if (!read) {
    return Misread(resource, read.error());
  }
  return {};
}

Result<std::vector<std::string>> ConnectClient::Topics(const std::string& connector,
                                                       const Wait& wait) const {
  return Ask(ConnectorPath(connector) + "/topics", ParseTopics, wait);
}

Result<std::vector<ConnectOffset>> ConnectClient::Offsets(const std::string& connector,
                                                          const Wait& wait) const {
  return Ask(ConnectorPath(connector) + "/offsets", ParseOffsets, wait);
}

Result<std::vector<ConnectPlugin>> ConnectClient::Plugins(const Wait& wait) const {
  return Ask("/connector-plugins", ParsePlugins, wait);
}

Result<WorkerHealth> ConnectClient::Health(const Wait& wait) const {
  const Result<http::HttpResponse> response = Get("/health", wait);
  if (!response) {
    return response.error();
  }
  // 503 while it starts, 500 when it is stuck, both with the same body (KIP-1017).
  if (!LooksLikeWebPage(*response)) {
    if (Result<WorkerHealth> health = ParseHealth(response->body)) {
      return health;
    }
  }
  return response->status == kOk
             ? Misread("/health", Error(Reason::kBadAnswer, "there is no health in it"))
             : JudgeAnswer(*response, url_);
}

}  // namespace klaxon::connect
