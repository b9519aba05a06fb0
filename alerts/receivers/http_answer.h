#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/base/clock.h"
#include "agent/http/client.h"
#include "alerts/notify/receiver.h"

namespace klaxon::receivers {

/// What a Retry-After header asks for: seconds, or a date in one of HTTP's three forms (RFC 9110
/// sections 10.2.3 and 5.6.7). A date that has passed is zero. Nothing: it is neither. Pure.
std::optional<Duration> ParseRetryAfter(std::string_view text, WallTime now);

/// What an answer means to the outbox: 2xx is accepted; 408, 425, 429, 5xx and what is no final
/// answer can succeed later; everything else cannot, a redirect included. Pure.
notify::Delivery JudgeAnswer(const http::HttpResponse& response, WallTime now);

/// "answered with a web page ..." if the body is one: a login, a proxy, the wrong host. The type
/// alone says nothing: many frameworks call every text HTML. Empty: it is not. Pure.
std::string WebPageInstead(const http::HttpResponse& response);

/// The text with each of the secrets in it as "***": URLs of chats are secrets themselves.
std::string WithoutSecret(std::string text, std::string_view secret);

}  // namespace klaxon::receivers
