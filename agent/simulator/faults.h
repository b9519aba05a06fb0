#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "agent/base/clock.h"
#include "agent/kafka/wire/types.h"

namespace klaxon::simulator {

/// How the bytes of an answer are spoilt.
enum class Garble {
  kNone,
  kTruncate,          ///< the body ends early, inside a well-formed frame
  kStopMidway,        ///< the frame announces more than is sent; the connection stays open
  kWrongCorrelation,  ///< an id that nobody asked with
  kOversizedFrame,    ///< frame length 2^31-1
  kNegativeFrame,     ///< frame length -1
  kHugeCount,         ///< the body begins with counts of 2^31-1
  kTrailingBytes,     ///< the body goes on after its end
};

/// What is wrong with one broker. ApiVersions is spared by `errors`, `garble` and `silent_apis`
/// unless it is named in them: otherwise nothing beyond the greeting could be tried.
struct Faults {
  Duration delay{};  ///< every answer comes so much later
  bool silent =
      false;         ///< takes connections and requests, never answers, sends no heartbeat: SIGSTOP
  bool cut = false;  ///< closes each connection at its first request
  std::map<kafka::wire::ApiKey, kafka::wire::ErrorCode> errors{};
  std::set<kafka::wire::ApiKey> silent_apis{};
  Garble garble = Garble::kNone;
  size_t garble_at = 0;          ///< kTruncate, kStopMidway: so many bytes of the body are sent
  bool garble_greeting = false;  ///< garble ApiVersions as well
};

}  // namespace klaxon::simulator
