#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/answer.h"
#include "agent/model/derived.h"
#include "agent/model/entity.h"
#include "agent/model/section.h"

/// What the nodes of a Kafka REST proxy say, and how that compares with Kafka.
namespace klaxon {

enum class RestProxyState : uint8_t {
  kUnknown,      ///< it answers, but not what was asked
  kServing,      ///< it lists topics, so it reaches its Kafka
  kFailing,      ///< it answers with an error: its Kafka is not there, or it refuses us
  kHanging,      ///< it takes connections and does not answer in time
  kUnreachable,  ///< no connection
};

/// "unknown", "serving", "failing", "hanging", "unreachable".
std::string_view Name(RestProxyState state);

enum class RestProxyKind : uint8_t {
  kUnknown,
  kConfluent,  ///< Confluent's REST Proxy
  kKarapace,   ///< Aiven's Karapace
  kBridge,     ///< Strimzi's Kafka Bridge
};

/// "unknown", "confluent", "karapace", "bridge".
std::string_view Name(RestProxyKind kind);

struct RestProxyNodeFacts {
  EntityRef entity{};  ///< its URL as configured
  RestProxyState state = RestProxyState::kUnknown;
  std::string why{};   ///< one line, unless it serves
  AnswerRef polled{};  ///< of `state`: every poll brings one, also of a node that is silent

  RestProxyKind kind = RestProxyKind::kUnknown;
  std::string version{};  ///< empty: it does not tell
  std::string api{};      ///< "v2" or "v3": by which topics were read
  /// Endpoints that a healthy node refuses with 404 or 405 although its kind has them: switched
  /// off.
  std::vector<std::string> off{};
  std::string notice{};  ///< what clients may stumble over, e.g. a wrong Content-Type; empty: none

  double latency = 0;  ///< seconds that listing the topics took
  std::shared_ptr<const std::vector<std::string>> topics{};  ///< ascending, each once
  bool more_topics = false;  ///< `topics` are the first page of more, which are not known
  AnswerRef listed{};        ///< of all above but `state`

  std::string cluster_id{};  ///< of Kafka; v3 only
  AnswerRef identified{};    ///< of `cluster_id`; null: it never told

  std::vector<int32_t> brokers{};  ///< ids, ascending
  AnswerRef brokers_listed{};      ///< of `brokers`; null: it never told

  /// It served in the last poll, and that was not too long ago.
  bool Serves(const Instant& now) const {
    return state == RestProxyState::kServing && IsFresh(polled, now);
  }
};

struct RestProxyFacts final : Facts {
  std::vector<RestProxyNodeFacts> nodes{};  ///< in the order of the configuration
};

/// A node beside the Kafka cluster that it is configured with. What is empty is not known: there is
/// no such section, one of the two did not answer, or Kafka's own metadata is in doubt.
struct RestProxyNodeDerived {
  std::optional<bool> same_cluster{};  ///< its cluster id is Kafka's
  /// Topics, none internal, that Kafka has and the node does not list, twice in a row: a topic may
  /// be created between the two questions.
  std::optional<std::vector<std::string>> missing{};
  size_t compared = 0;  ///< topics of Kafka that `missing` is out of
  std::optional<std::vector<int32_t>> missing_brokers{};

  std::vector<std::string> suspects{};  ///< missing at the last listing
  AnswerRef listed{};                   ///< the listing that `suspects` come from
};

struct RestProxyDerived final : Derived {
  std::vector<RestProxyNodeDerived> nodes{};  ///< parallel to RestProxyFacts::nodes
};

}  // namespace klaxon
