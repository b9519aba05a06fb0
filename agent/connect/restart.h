#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/connect/version.h"
#include "agent/http/client.h"
#include "agent/model/recovery_facts.h"

/// Restarting what failed of a connector, by the narrowest calls of the worker's version. Pure.
namespace klaxon::connect {

/// What is to be restarted.
struct RestartOrder {
  std::string connector{};
  std::vector<int32_t> failed{};  ///< tasks, -1: the connector itself; empty: all of it, as it runs
};

struct RestartCall {
  std::string resource{};  ///< to POST to
  /// What it restarts, failed or not: a task, -1: the connector itself. Empty: all that has failed,
  /// or all, as ordered.
  std::optional<int32_t> only{};
};

/// One after the other; the next only if the one before was accepted, or left alone for it has not
/// failed any more. From 3.0 on there is one that restarts what failed, and nothing else (KIP-745);
/// before that the connector and each task have their own.
std::vector<RestartCall> RestartCalls(const RestartOrder& order, Version worker);

struct RestartAnswer {
  RestartOutcome outcome = RestartOutcome::kUnknown;
  std::string words{};  ///< one line; of Connect, secrets masked
  bool sent = true;     ///< false: Connect was not asked, `words` is why
  /// Of kDenied: this connector may not be restarted; others may be, where rules differ by path.
  bool of_it = false;
  /// Of calls of their own: what was, or may have been, restarted; tasks, -1: the connector itself.
  /// Empty: all that was ordered.
  std::vector<int32_t> restarted{};
};

/// What an answer to one of these calls for `connector` means. "Try later" has many faces besides
/// 409, measured on 3.9.1 and 4.3.1: 500 "... rebalance is expected", 404 "Unknown task". A server
/// error may have come after the deed: kUnknown. 202 comes with states: RESTARTING is kAccepted,
/// and so is RUNNING throughout, measured on 4.3.1 where another worker had done it by then
/// (whoever asks has just seen it FAILED); anything else is kNoOp. Redirects are not followed:
/// kDenied, as is a 404 that does not name the connector: it is not Connect's. 403 is kDenied, and
/// of this connector, whoever it is of (Connect itself never answers so). Before 3.0 200 and 204
/// are kAccepted, later ones answer 202.
RestartAnswer JudgeRestart(std::string_view connector, const Result<http::HttpResponse>& response,
                           Version worker);

}  // namespace klaxon::connect
