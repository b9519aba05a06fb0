#pragma once

#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "agent/base/duration.h"
#include "agent/base/text.h"
#include "agent/model/answer.h"
#include "agent/model/platform.h"
#include "agent/model/section.h"

/// Pieces that the documents share. For .cc files of this folder only: it brings nlohmann in.
namespace klaxon::api {

using Json = nlohmann::ordered_json;

/// Bytes from outside may be no UTF-8, which JSON must be.
inline Json Text(std::string_view bytes) {
  return ToUtf8(bytes);
}

/// Null for what was not told.
inline Json TextOrNull(std::string_view bytes) {
  return bytes.empty() ? Json(nullptr) : Text(bytes);
}

inline Json ErrorOrNull(const std::optional<Error>& error) {
  if (!error) {
    return nullptr;
  }
  return {{"reason", Name(error->reason())}, {"message", Text(error->message())}};
}

inline Json AsOf(const AnswerRef& answer, const Instant& now) {
  if (answer == nullptr) {
    return nullptr;
  }
  return {{"source", Text(answer->source)},
          {"taken_at", FormatWallTime(answer->taken_at.wall)},
          {"age_seconds", Seconds(now.mono - answer->taken_at.mono)},
          {"fresh", IsFresh(answer, now)},
          {"error", ErrorOrNull(answer->error)}};
}

/// `value()` if `answer` is fresh, else null: what is not known is not shown.
template <class Value>
Json IfFresh(const AnswerRef& answer, const Instant& now, Value value) {
  return IsFresh(answer, now) ? Json(value()) : Json(nullptr);
}

// The way from a platform to its Kafka and back.

/// {"cluster": "main", "cluster_id": "...", "known_by": "cluster_id"}; `cluster` null: it is not
/// watched. Null instead of it all: not known.
Json KafkaOf(const std::vector<PlatformLink>& links, const Section& platform);

/// [{"platform": "connect", "cluster": "main", "name": "etl", "known_by": "cluster_id"}, ...]
Json PlatformsOf(const std::vector<PlatformLink>& links, const Section& kafka);

inline std::string Dump(const Json& document) {
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace klaxon::api
