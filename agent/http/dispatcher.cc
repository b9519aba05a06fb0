#include "agent/http/dispatcher.h"

#include <exception>
#include <string>
#include <utility>

#include "agent/base/log.h"
#include "agent/base/text.h"

namespace klaxon::http {
namespace {

constexpr Duration kLongestQueue = std::chrono::seconds{5};

/// What was done without a line in the audit log must not look like what was done with one.
void TellUnaudited(const Request& request, Response& response) {
  constexpr int kRefused = 400;
  if (response.status >= kRefused) return;
  std::string words(Trim(response.Bytes()));
  words +=
      "; the audit log cannot be written: this is in Klaxon's own log, and added to the audit "
      "log when it can be\n";
  response.shared_body.reset();
  response.body = std::move(words);
  log::Warning("http",
               "{} by {} from {} is done, though the audit log cannot be written: it makes "
               "things safer",
               request.path, request.user, request.remote_address);
}

}  // namespace

Dispatcher::Dispatcher(std::vector<Route> routes, const ServerOptions& options, StatsBook& stats)
    : routes_(std::make_shared<const RouteTable>(std::move(routes))),
      stats_(stats),
      doorman_(options.access),
      audit_(options.audit),
      audit_ready_(options.audit_ready),
      free_turns_(options.threads) {
}

void Dispatcher::SetRoutes(std::vector<Route> routes) {
  routes_.Set(std::make_shared<const RouteTable>(std::move(routes)));
}

Visit Dispatcher::Begin(Request request) {
  Visit visit;
  visit.request = std::move(request);
  visit.routes = routes_.Get();
  visit.match = visit.routes->Find(visit.request.method, visit.request.path);
  std::optional<Doorman::Denial> denial =
      doorman_.Refuse(visit.request, visit.match.route, std::chrono::steady_clock::now());
  if (!denial) return visit;
  stats_.Rejected(denial->cause);
  Audit(visit, denial->response);
  visit.refusal = MakeAnswer(std::move(denial->response), false, doorman_.rules()->headers);
  return visit;
}

Answer Dispatcher::Finish(const Visit& visit) {
  const std::shared_ptr<const AccessRules> rules = doorman_.rules();
  const Request& request = visit.request;
  if (!TakeTurn()) {
    stats_.Rejected(Rejection::kBusy);
    Response busy = TextResponse(503, "Too much is asked at once. Try again in a moment.\n");
    Audit(visit, busy);
    return MakeAnswer(std::move(busy), false, rules->headers);
  }
  Answer answer;
  try {
    const bool unaudited = CannotAudit(visit);
    Response response =
        unaudited && !visit.match.route->without_audit
            ? TextResponse(503, "Nothing is changed while the audit log cannot be written.\n")
            : Ask(visit.match, request);
    if (unaudited) TellUnaudited(request, response);
    Audit(visit, response);
    answer = MakeAnswer(std::move(response), AcceptsGzip(request), rules->headers);
  } catch (const std::exception& failure) {  // of memory, while compressing
    log::Error("http", "an answer for {} could not be made: {}", request.path, failure.what());
    answer = MakeAnswer(TextResponse(500, "This page could not be made.\n"), false, rules->headers);
  }
  EndTurn();
  return answer;
}

void Dispatcher::Abandon(const Visit& visit, int status) const {
  constexpr int kBadRequest = 400;
  Audit(visit, TextResponse(status == 0 ? kBadRequest : status,
                            "The request did not come to its end, or its body was not taken.\n"));
}

bool Dispatcher::CannotAudit(const Visit& visit) const {
  return audit_ready_ && visit.match.route != nullptr && IsWrite(visit.request.method) &&
         !audit_ready_();
}

void Dispatcher::Audit(const Visit& visit, const Response& response) const {
  const Request& request = visit.request;
  if (!audit_ || visit.match.route == nullptr || !IsWrite(request.method)) return;
  const std::string_view text = response.Bytes();
  audit_({.at = std::chrono::system_clock::now(),
          .user = request.user,
          .claimed = request.user.empty() ? request.claimed_user : "",
          .address = request.remote_address,
          .action = request.method + " " + request.path,
          .status = response.status,
          .result = std::string(text.substr(0, text.find('\n')))});
}

bool Dispatcher::TakeTurn() {
  const Lock lock(mutex_);
  const bool mine =
      turn_ended_.wait_until(mutex_, std::chrono::steady_clock::now() + kLongestQueue,
                             [this]() KLAXON_REQUIRES(mutex_) { return free_turns_ > 0; });
  if (mine) --free_turns_;
  return mine;
}

void Dispatcher::EndTurn() {
  {
    const Lock lock(mutex_);
    ++free_turns_;
  }
  turn_ended_.notify_one();
}

Response Dispatcher::Ask(const RouteTable::Match& match, const Request& request) {
  if (match.route != nullptr) return Run(*match.route, request);
  stats_.Rejected(Rejection::kNoSuchPage);
  if (match.allow.empty()) return TextResponse(404, "There is nothing here. Begin at / .\n");
  Response response = TextResponse(405, "This page takes only: " + match.allow + "\n");
  response.headers.emplace_back("Allow", match.allow);
  return response;
}

Response Dispatcher::Run(const Route& route, const Request& request) {
  Response response =
      TextResponse(500, "This page failed because of a defect. The log says more.\n");
  try {
    response = route.handler(request);
  } catch (const std::exception& failure) {
    stats_.HandlerFailed();
    log::Error("http", "the handler of {} failed: {}", route.path, failure.what());
  } catch (...) {
    stats_.HandlerFailed();
    log::Error("http", "the handler of {} failed", route.path);
  }
  stats_.Answered(route.path, response.status);
  return response;
}

}  // namespace klaxon::http
