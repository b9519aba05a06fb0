#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/http/client.h"
#include "agent/model/rest_proxy_facts.h"
#include "collectors/collector.h"

namespace klaxon::rest_proxy_collector {

/// What one node told in one poll. Errors name the node.
struct Telling {
  Instant at{};
  RestProxyState state = RestProxyState::kUnknown;
  Result<std::vector<std::string>> topics = Error(Reason::kInternal, "not asked");
  bool more = false;   ///< `topics` are the first page of more
  Duration latency{};  ///< of `topics`, if it told
  std::string api{};
  std::string notice{};
  /// Empty: it does not have that, or it was not asked.
  std::optional<Result<std::string>> cluster_id{};
  std::optional<Result<std::vector<int32_t>>> brokers{};
  RestProxyKind kind = RestProxyKind::kUnknown;
  std::string version{};
  std::vector<std::string> off{};
};

/// Asks one node: its topics (v2, or v3 where v2 is switched off), its cluster id and brokers, and
/// now and then what it is. Only reads. Confined to one thread at a time.
class Node {
 public:
  /// `http` outlives this.
  Node(std::string url, http::HttpClient& http, http::ClientAccess access);

  const std::string& url() const { return url_; }

  /// Returns within `patience`, and before the context's deadline.
  Telling Ask(const PollContext& context, Duration patience);

 private:
  /// One poll's waits.
  struct Wait {
    const PollContext& context;
    MonoTime deadline{};
  };

  /// What is not asked again in every poll.
  struct Memory {
    uint64_t polls = 0;
    bool known = false;  ///< what it is was asked
    RestProxyKind kind = RestProxyKind::kUnknown;
    std::string version{};
    bool no_v2 = false;
    bool no_v3 = false;
    bool no_brokers = false;
  };

  Result<http::HttpResponse> Get(const std::string& resource, const Wait& wait) const;
  Result<std::vector<std::string>> Topics(const Wait& wait, Telling& telling);
  Result<std::vector<std::string>> TopicsV3(const Wait& wait, Telling& telling);
  void AskClusterId(const Wait& wait, Telling& telling);
  void AskBrokers(const Wait& wait, Telling& telling);
  void Identify(const Wait& wait);
  std::vector<std::string> SwitchedOff() const;
  Error Explain(const Error& timeout, const Wait& wait) const;
  Error Misread(const std::string& resource, const Error& error) const;

  std::string url_;         // without a slash at the end
  http::HttpClient* http_;  // not null; a pointer, so that nodes can be kept in a vector
  http::ClientAccess access_;
  Memory memory_{};
};

/// What an answer other than the one wanted means. `node` is its URL.
Error JudgeAnswer(const http::HttpResponse& response, const std::string& node);

}  // namespace klaxon::rest_proxy_collector
