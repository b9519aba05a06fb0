#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/rest_proxy_facts.h"

/// Answers of REST proxies, read out of hostile bytes. Pure. Sources: confluentinc/kafka-rest 8.5
/// (v2: TopicsResource, BrokersResource; v3: ClustersResource, ...), aiven-open/karapace
/// kafka_rest_apis, strimzi/strimzi-kafka-bridge.
///
/// Errors are kBadAnswer with what is wrong, without the address in front.
namespace klaxon::rest_proxy_collector {

/// Of `GET /topics`: ascending, each once.
Result<std::vector<std::string>> ParseTopics(std::string_view body);

/// Of `GET /brokers`: ascending, each once.
Result<std::vector<int32_t>> ParseBrokers(std::string_view body);

/// Of `GET /v3/clusters`: the id of the one cluster that a proxy works with.
Result<std::string> ParseClusterId(std::string_view body);

/// A list of v3, or its beginning.
template <class T>
struct Page {
  std::vector<T> entries{};  ///< ascending, each once
  bool more = false;         ///< it names a next page, which is not followed
};

/// Of `GET /v3/clusters/{id}/topics` and `/brokers`.
Result<Page<std::string>> ParseTopicsV3(std::string_view body);
Result<Page<int32_t>> ParseBrokersV3(std::string_view body);

/// What a node is, as far as an answer to `GET /` or `GET /_health` tells.
struct Identity {
  RestProxyKind kind = RestProxyKind::kUnknown;
  std::string version{};
};

Identity ParseIdentity(std::string_view body);

/// The words of an error ("40403: Topic not found."), printable; empty: none can be read. Karapace
/// also answers with a bare JSON string.
struct Told {
  int code = 0;  ///< 0: none
  std::string words{};
};

Told ParseError(std::string_view body);

/// What an error code means to whoever operates the proxy; empty: nothing to add.
std::string_view MeaningOf(int code);

}  // namespace klaxon::rest_proxy_collector
