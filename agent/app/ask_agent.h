#pragma once

#include <string>

#include "agent/app/commands.h"
#include "agent/base/result.h"
#include "agent/http/client.h"

namespace klaxon::app {

/// What a Klaxon that runs answers to a request; `path` with its query. `body`: JSON, or empty.
/// Errors: kInvalid, the command line is wrong; else nobody answered.
Result<http::HttpResponse> AskAgent(const AgentAccess& access, const std::string& method,
                                    const std::string& path, const std::string& body);

/// Says on standard error what it answered instead of doing it, and after a 401 how to log in.
void PrintRefusal(const http::HttpResponse& answer);

/// An answer as one printable text.
std::string WordsOf(const http::HttpResponse& answer);

}  // namespace klaxon::app
