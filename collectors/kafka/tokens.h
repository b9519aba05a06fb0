#pragma once

#include <memory>
#include <string>

#include "agent/base/clock.h"
#include "agent/http/client.h"
#include "agent/kafka/security.h"
#include "agent/kafka/token_source.h"

namespace klaxon::kafka_collector {

/// What sources of tokens need. All of it outlives them.
struct TokenDeps {
  std::string cluster{};  ///< its name with us, for the log
  Clock& clock;
  http::HttpClient& http;
};

/// The source that the options ask for; null when they log in without tokens. One with a token
/// endpoint begins to fetch at once, on a thread of its own.
std::shared_ptr<kafka::TokenSource> MakeTokenSource(const kafka::SecurityOptions& options,
                                                    const TokenDeps& deps);

}  // namespace klaxon::kafka_collector
