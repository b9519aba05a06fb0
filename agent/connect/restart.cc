#include "agent/connect/restart.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/connect/connectors.h"
#include "agent/connect/parse.h"
#include "agent/http/status.h"

namespace klaxon::connect {
namespace {

constexpr Version kRestartsWhatFailed{3, 0};  // KIP-745
constexpr std::string_view kRestarting = "RESTARTING";
constexpr std::string_view kRunning = "RUNNING";
constexpr int kAcceptedStatus = 202;
constexpr int kNoContent = 204;

bool Restarts(const ConnectorFacts& facts) {
  return facts.state == kRestarting ||
         std::ranges::find(facts.tasks, kRestarting, &ConnectTaskFacts::state) != facts.tasks.end();
}

bool Runs(const ConnectorFacts& facts) {
  return facts.state == kRunning &&
         std::ranges::all_of(facts.tasks, [](const auto& task) { return task.state == kRunning; });
}

RestartAnswer OfAccepted(const std::string& body) {
  const Result<ConnectorFacts> facts = ParseStatus(body, "");
  if (!facts) {
    return {RestartOutcome::kUnknown,
            "202, but its answer is not Connect's: " + facts.error().message()};
  }
  // The order goes to all workers through a topic, so that one of them may have done it before the
  // leader looks for what failed and answers with what it found.
  return Restarts(*facts) ? RestartAnswer{RestartOutcome::kAccepted, "202, RESTARTING"}
         : Runs(*facts)   ? RestartAnswer{RestartOutcome::kAccepted, "202, RUNNING already"}
                          : RestartAnswer{RestartOutcome::kNoOp, "202, but nothing is restarted"};
}

/// Connect's own words: without the name, which may say anything.
std::string WithoutName(std::string_view message, std::string_view name) {
  std::string rest;
  for (size_t at = message.find(name); !name.empty() && at != std::string_view::npos;
       at = message.find(name)) {
    rest.append(message.substr(0, at)).push_back('"');
    message.remove_prefix(at + name.size());
  }
  return rest.append(message);
}

RestartOutcome OutcomeOf(std::string_view connector, int status, std::string_view message) {
  const std::string name = Printable(connector);
  const std::string words_of_connect = WithoutName(message, name);
  const auto says = [&](std::string_view words) {
    return words_of_connect.find(words) != std::string::npos;
  };
  if (status == http::kConflict || status == http::kTooManyRequests ||
      (status >= http::kServerError && says("rebalance"))) {
    return RestartOutcome::kConflict;
  }
  if (status == http::kNotFound) {
    const bool gone =
        words_of_connect != message && (says("Unknown connector") || says("not found"));
    return says("Unknown task") || says("Task") ? RestartOutcome::kConflict
           : gone                               ? RestartOutcome::kGone
                                                : RestartOutcome::kDenied;
  }
  return status >= http::kServerError ? RestartOutcome::kUnknown : RestartOutcome::kDenied;
}

}  // namespace

std::vector<RestartCall> RestartCalls(const RestartOrder& order, Version worker) {
  const std::string path = ConnectorPath(order.connector);
  if (worker >= kRestartsWhatFailed) {
    return {{.resource = fmt::format("{}/restart?includeTasks=true&onlyFailed={}", path,
                                     order.failed.empty() ? "false" : "true")}};
  }
  std::vector<RestartCall> calls;
  calls.reserve(order.failed.size() + 1);
  for (const int32_t id : order.failed) {
    calls.push_back(
        {.resource = id < 0 ? path + "/restart" : fmt::format("{}/tasks/{}/restart", path, id),
         .only = id});
  }
  if (calls.empty()) {
    calls.push_back({.resource = path + "/restart"});
  }
  return calls;
}

RestartAnswer JudgeRestart(std::string_view connector, const Result<http::HttpResponse>& response,
                           Version worker) {
  if (!response) {
    return {RestartOutcome::kUnknown, response.error().message()};
  }
  const int status = response->status;
  if (http::LooksLikeWebPage(*response) && status < http::kServerError) {
    return {.outcome = RestartOutcome::kDenied,
            .words = fmt::format("{} with a web page; is this Kafka Connect's address?", status),
            .of_it = status == http::kForbidden};
  }
  if (status == kNoContent || status == http::kOk) {
    if (worker >= kRestartsWhatFailed) {
      return {RestartOutcome::kUnknown,
              fmt::format("{}, where Connect answers 202: who answers there?", status)};
    }
    return {RestartOutcome::kAccepted, fmt::format("{}", status)};
  }
  if (status == kAcceptedStatus) {
    return OfAccepted(response->body);
  }
  const std::string message = Printable(ErrorMessageIn(response->body));
  std::string words = fmt::format("{}{}{}", status, message.empty() ? "" : ": ", message);
  if (status >= http::kFirstRedirect && status < http::kBadRequest) {
    words += fmt::format(
        "{} is sent elsewhere, and a restart follows no redirect; give the "
        "worker's own address",
        message.empty() ? ": it" : "; it");
  }
  return {.outcome = OutcomeOf(connector, status, message),
          .words = std::move(words),
          .of_it = status == http::kForbidden};
}

}  // namespace klaxon::connect
