#pragma once

#include <memory>
#include <optional>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/http/client.h"
#include "agent/http/oauth_client.h"

namespace klaxon::http {

/// The request of the client credentials grant (RFC 6749 section 4.4.2): id and secret in a Basic
/// header, the rest in the body.
HttpRequest TokenRequest(const OAuthClient& client, std::shared_ptr<tls::ClientContext> tls);

/// A token, with what is known of its life.
struct Grant {
  Secret token{};
  std::optional<Duration> life{};  ///< from when it was asked for; empty: it does not say
};

/// Reads the endpoint's answer (RFC 6749 sections 5.1, 5.2). The life is expires_in or the "exp" of
/// a JWT, against `asked_at`, whichever ends first. An expires_in below one second says nothing.
///
/// Errors are one line for people, with what to try, and never hold the client's secret, even if
/// the endpoint repeats it: kUnauthorized (it does not take the client), kRefused (other statuses),
/// kBadAnswer (not the JSON of a token).
Result<Grant> ReadGrant(const HttpResponse& response, const OAuthClient& client,
                        const Instant& asked_at);

}  // namespace klaxon::http
