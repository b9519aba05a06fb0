#pragma once

#include <string_view>

#include "agent/http/message.h"
#include "agent/simulator/connect_state.h"

namespace klaxon::simulator {

/// What a worker with that state answers to a GET. Source: the resources in
/// org.apache.kafka.connect.runtime.rest of apache/kafka 2.2 to 4.3. Pure.
http::Response AnswerConnect(const ConnectState& state, const http::Request& request);

/// What it answers to a POST, and does: `restart` of a connector, with `includeTasks` and
/// `onlyFailed` from 3.0 on (KIP-745), and of a task. What failed runs at once, if it can be cured.
http::Response PostConnect(ConnectState& state, const http::Request& request);

/// Connect's JSON of an error.
http::Response ConnectError(int status, std::string_view message);

}  // namespace klaxon::simulator
