#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "alerts/notify/silence.h"

/// Silences as JSON texts of Alertmanager's API, version 2: for the server and for who asks it.
/// Pure.
namespace klaxon::alert_api {

/// What POST /api/v2/silences takes.
std::string PostedText(const notify::Silence& silence);

/// Reads it. Error: kInvalid, one line about the first mistake.
Result<notify::Silence> ReadPosted(std::string_view text);

/// Reads what GET /api/v2/silences answers. Error: kBadAnswer.
Result<std::vector<notify::Silence>> ReadSilences(std::string_view text);

/// The id in what POST /api/v2/silences answers; empty: it holds none.
std::string PostedId(std::string_view text);

/// "expired", "active" or "pending".
std::string_view StateOf(const notify::Silence& silence, WallTime now);

}  // namespace klaxon::alert_api
