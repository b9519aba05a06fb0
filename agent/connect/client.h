#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/connect/connectors.h"
#include "agent/connect/parse.h"
#include "agent/http/client.h"

namespace klaxon::connect {

/// How long a request may last: until `deadline`, or until `stop` is requested.
struct Wait {
  MonoTime deadline{};
  std::stop_token stop{};
};

/// Asks one Kafka Connect worker. Reads only, but for Post. Thread-safe.
///
/// Errors, besides those of HttpClient::Get, are one line that names the worker: kUnauthorized
/// (401, 403), kRefused (other statuses, with Connect's own message), kBadAnswer (HTML, not the
/// JSON that Connect sends).
class ConnectClient {
 public:
  /// `url` is the worker's, e.g. "http://connect-1:8083"; a path in front of the REST interface is
  /// kept. `http` outlives it.
  ConnectClient(http::HttpClient& http, std::string url, http::ClientAccess access = {});

  const std::string& url() const { return url_; }

  // Out of the worker's memory, quick at any time (AbstractHerder, and the snapshots of its
  // stores).
  Result<WorkerInfo> Info(const Wait& wait) const;
  Result<std::vector<std::string>> Names(const Wait& wait) const;
  /// Of all connectors, read as it comes: at most 256 MiB. kUnsupported: the worker is older than
  /// 2.3 and must be asked one by one.
  /// `memory` (null: none) is of this worker's lists.
  Result<std::vector<NamedConnector>> Connectors(const Wait& wait,
                                                 ConnectorsMemory* memory = nullptr) const;
  /// Empty: it has none yet, or is not there any more. `forbidden` (null: none): set if the answer
  /// is 403.
  Result<std::optional<ConnectorFacts>> Status(const std::string& connector,
                                               std::string_view java_class, const Wait& wait,
                                               bool* forbidden = nullptr) const;
  Result<std::vector<std::string>> Topics(const std::string& connector, const Wait& wait) const;
  Result<std::vector<ConnectPlugin>> Plugins(const Wait& wait) const;

  // Through the herder's thread: each costs it time, and hangs while it is stuck.
  /// Tells a stuck thread after 10 s, so wait longer.
  Result<WorkerHealth> Health(const Wait& wait) const;
  /// Fills what ParseConfig fills.
  Result<void> Config(NamedConnector& connector, const Wait& wait) const;
  Result<std::vector<ConnectOffset>> Offsets(const std::string& connector, const Wait& wait) const;

  /// Sends one request that changes something, once, without a body; the answer as it came,
  /// whatever its status. Errors are those of HttpClient::Send: it may have been done then.
  Result<http::HttpResponse> Post(const std::string& resource, const Wait& wait) const;

 private:
  Result<http::HttpResponse> Get(const std::string& resource, const Wait& wait) const;
  template <class T>
  Result<T> Ask(const std::string& resource, Result<T> (*parse)(std::string_view),
                const Wait& wait) const;
  Error Misread(const std::string& resource, const Error& error) const;

  http::HttpClient& http_;
  std::string url_;  // without a slash at the end
  http::ClientAccess access_;
};

/// What an answer other than 200 with JSON means, for people. `worker` is its URL.
Error JudgeAnswer(const http::HttpResponse& response, const std::string& worker);

}  // namespace klaxon::connect
