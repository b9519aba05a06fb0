#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/connect/parse.h"
#include "agent/http/client.h"

namespace klaxon::connect {

/// Asks one Kafka Connect worker. Read-only, and only what it answers out of its memory: requests
/// that need the herder's thread can hang for 90 s. Thread-safe.
class ConnectClient {
 public:
  /// `url` is the worker's, e.g. "http://connect-1:8083"; a path in front of the REST interface is
  /// kept. `http` outlives it.
  ConnectClient(http::HttpClient& http, std::string url, http::ClientAccess access = {});

  const std::string& url() const { return url_; }

  /// Errors, besides those of HttpClient::Get, are one line that names the worker: kUnauthorized
  /// (401, 403), kRefused (other statuses, with Connect's own message), kBadAnswer (HTML, not the
  /// JSON that Connect sends).
  Result<WorkerInfo> Info(MonoTime deadline, const std::stop_token& stop) const;
  Result<std::vector<ConnectorStatus>> Connectors(MonoTime deadline,
                                                  const std::stop_token& stop) const;
  Result<std::vector<std::string>> Names(MonoTime deadline, const std::stop_token& stop) const;

 private:
  template <class T>
  Result<T> Ask(const std::string& resource, Result<T> (*parse)(std::string_view),
                MonoTime deadline, const std::stop_token& stop) const;

  http::HttpClient& http_;
  std::string url_;  // without a slash at the end
  http::ClientAccess access_;
};

/// What an answer other than 200 with JSON means, for people. `worker` is its URL.
Error JudgeAnswer(const http::HttpResponse& response, const std::string& worker);

}  // namespace klaxon::connect
