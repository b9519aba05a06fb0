#include "agent/recovery/executor.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "agent/model/connect_facts.h"

namespace klaxon::recovery {
namespace {

using connect::RestartAnswer;

constexpr std::string_view kFailed = "FAILED";

/// The states in which a restart is not what it was decided to be: somebody has paused or stopped
/// it, or its worker stops (restarts sent to one that stops have stuck it). Empty: none.
std::string_view InTheWay(const ConnectorFacts& facts) {
  const auto among = [](std::string_view state) {
    return state == "PAUSED" || state == "STOPPED" || state == "UNASSIGNED";
  };
  if (among(facts.state)) {
    return facts.state;
  }
  const auto found = std::ranges::find_if(
      facts.tasks, [&](const ConnectTaskFacts& task) { return among(task.state); });
  return found == facts.tasks.end() ? "" : std::string_view(found->state);
}

/// Whether what the call would restart has failed.
bool StillFailed(const ConnectorFacts& facts, const connect::RestartCall& call) {
  return ((!call.only || *call.only < 0) && facts.state == kFailed) ||
         std::ranges::any_of(facts.tasks, [&](const ConnectTaskFacts& task) {
           return (!call.only || *call.only == task.id) && task.state == kFailed;
         });
}

RestartAnswer NotSent(RestartOutcome outcome, std::string why) {
  return {.outcome = outcome, .words = std::move(why), .sent = false};
}

/// Whoever tells no status that can be read would answer a restart no better: a login is missing or
/// may not read it, the address leads elsewhere, or it is not Connect's.
RestartAnswer Unread(const Error& error, bool forbidden) {
  const bool denies =
      error.reason() == Reason::kUnauthorized || error.reason() == Reason::kBadAnswer;
  RestartAnswer answer =
      NotSent(denies ? RestartOutcome::kDenied : RestartOutcome::kConflict, error.message());
  answer.of_it = forbidden;
  return answer;
}

/// Why it must not be sent; empty: it may. Out of the worker's memory, so it costs it nothing.
std::optional<RestartAnswer> Forbidden(const connect::ConnectClient& client,
                                       const connect::RestartOrder& order,
                                       const connect::RestartCall& call,
                                       const connect::Wait& wait) {
  bool forbidden = false;
  const Result<std::optional<ConnectorFacts>> now =
      client.Status(order.connector, "", wait, &forbidden);
  if (!now) {
    return Unread(now.error(), forbidden);
  }
  if (!*now) {
    return NotSent(RestartOutcome::kGone, "it has no status any more");
  }
  if (const std::string_view state = InTheWay(**now); !state.empty()) {
    return NotSent(RestartOutcome::kConflict, fmt::format("something of it is {} by now", state));
  }
  if (!order.failed.empty() && !StillFailed(**now, call)) {
    return NotSent(RestartOutcome::kNoOp, "nothing of it is FAILED any more");
  }
  return std::nullopt;
}

bool MayBeDone(RestartOutcome outcome) {
  return outcome == RestartOutcome::kAccepted || outcome == RestartOutcome::kUnknown;
}

/// The calls before this answer were accepted: something was restarted, whatever it says.
RestartAnswer InPart(RestartAnswer last, size_t accepted, size_t calls) {
  last.words =
      fmt::format("{} of {} calls accepted, then {}{}", accepted, calls,
                  last.sent ? fmt::format("{}, ", Name(last.outcome)) : "no more: ", last.words);
  last.sent = true;
  if (last.outcome != RestartOutcome::kUnknown) {
    last.outcome = RestartOutcome::kAccepted;
  }
  return last;
}

}  // namespace

RestartAnswer Executor::Restart(const connect::RestartOrder& order, const WorkerSite& site,
                                const std::function<bool()>& go_on, const std::stop_token& stop) {
  /// What was decided is old by then; the rest is decided anew.
  constexpr Duration kChain = std::chrono::seconds{20};
  const MonoTime end = std::chrono::steady_clock::now() + kChain;
  if (!access_) {
    access_ = make_access_ ? make_access_() : http::ClientAccess{};
  }
  const connect::ConnectClient client(http_, site.url, *access_);
  const auto wait = [&] {
    return connect::Wait{.deadline = std::chrono::steady_clock::now() + timeout_, .stop = stop};
  };
  size_t accepted = 0;
  std::vector<int32_t> restarted;
  RestartAnswer answer = NotSent(RestartOutcome::kNoOp, "there was nothing to send");
  const connect::Version version = connect::ReadVersion(site.version);
  const std::vector<connect::RestartCall> calls = connect::RestartCalls(order, version);
  for (const connect::RestartCall& call : calls) {
    if ((accepted > 0 && go_on && !go_on()) || std::chrono::steady_clock::now() >= end) {
      answer = NotSent(RestartOutcome::kConflict, "the others are left for later");
      break;
    }
    if (std::optional<RestartAnswer> forbidden = Forbidden(client, order, call, wait())) {
      answer = *std::move(forbidden);
      if (answer.outcome == RestartOutcome::kNoOp) {  // the others may be FAILED still
        continue;
      }
      break;
    }
    answer = connect::JudgeRestart(order.connector, client.Post(call.resource, wait()), version);
    if (call.only && MayBeDone(answer.outcome)) {
      restarted.push_back(*call.only);
    }
    if (answer.outcome != RestartOutcome::kAccepted) {
      break;
    }
    ++accepted;
  }
  if (accepted > 0 && answer.outcome != RestartOutcome::kAccepted) {
    answer = InPart(std::move(answer), accepted, calls.size());
  }
  answer.restarted = std::move(restarted);
  return answer;
}

}  // namespace klaxon::recovery
