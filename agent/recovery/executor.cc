#include "agent/recovery/executor.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace klaxon::recovery {
namespace {

using connect::RestartAnswer;

constexpr std::string_view kFailed = "FAILED";

bool StillFailed(const ConnectorFacts& facts) {
  return facts.state == kFailed ||
         std::ranges::any_of(facts.tasks, [](const auto& task) { return task.state == kFailed; });
}

/// Why it must not be sent; empty: it may. Out of the worker's memory, so it costs it nothing.
std::optional<RestartAnswer> Forbidden(const connect::ConnectClient& client,
                                       const connect::RestartOrder& order,
                                       const connect::Wait& wait) {
  const Result<std::optional<ConnectorFacts>> now = client.Status(order.connector, "", wait);
  if (!now) {
    const bool login = now.error().reason() == Reason::kUnauthorized;
    return RestartAnswer{login ? RestartOutcome::kDenied : RestartOutcome::kConflict,
                         "not sent: " + now.error().message()};
  }
  if (!*now) {
    return RestartAnswer{RestartOutcome::kGone, "not sent: it has no status any more"};
  }
  if (!order.failed.empty() && !StillFailed(**now)) {
    return RestartAnswer{RestartOutcome::kNoOp, "not sent: nothing of it is FAILED any more"};
  }
  return std::nullopt;
}

}  // namespace

RestartAnswer Executor::Restart(const connect::RestartOrder& order, const WorkerSite& site,
                                const std::stop_token& stop) {
  if (!access_) {
    access_ = make_access_ ? make_access_() : http::ClientAccess{};
  }
  const connect::ConnectClient client(http_, site.url, *access_);
  const auto wait = [&] {
    return connect::Wait{.deadline = std::chrono::steady_clock::now() + timeout_, .stop = stop};
  };
  if (std::optional<RestartAnswer> forbidden = Forbidden(client, order, wait())) {
    return *std::move(forbidden);
  }
  RestartAnswer answer{RestartOutcome::kNoOp, "there was nothing to send"};
  for (const std::string& call : connect::RestartCalls(order, connect::ReadVersion(site.version))) {
    answer = connect::JudgeRestart(client.Post(call, wait()));
    if (answer.outcome != RestartOutcome::kAccepted) {
      break;
    }
  }
  return answer;
}

}  // namespace klaxon::recovery
