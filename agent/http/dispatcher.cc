#include "agent/http/dispatcher.h"

#include <exception>

#include "agent/base/log.h"

namespace klaxon::http {
namespace {

constexpr Duration kLongestQueue = std::chrono::seconds{5};

}  // namespace

Dispatcher::Dispatcher(std::vector<Route> routes, int at_once, StatsBook& stats)
    : routes_(std::make_shared<const RouteTable>(std::move(routes))),
      stats_(stats),
      free_turns_(at_once) {
}

void Dispatcher::SetRoutes(std::vector<Route> routes) {
  routes_.Set(std::make_shared<const RouteTable>(std::move(routes)));
}

Answer Dispatcher::Handle(const Request& request) {
  const std::shared_ptr<const RouteTable> routes = routes_.Get();
  if (!TakeTurn()) {
    stats_.Rejected(Rejection::kBusy);
    return MakeAnswer(TextResponse(503, "Too much is asked at once. Try again in a moment.\n"),
                      false);
  }
  Answer answer;
  try {
    answer = MakeAnswer(Ask(*routes, request), AcceptsGzip(request));
  } catch (const std::exception& failure) {  // of memory, while compressing
    log::Error("http", "an answer for {} could not be made: {}", request.path, failure.what());
    answer = MakeAnswer(TextResponse(500, "This page could not be made.\n"), false);
  }
  EndTurn();
  return answer;
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

Response Dispatcher::Ask(const RouteTable& routes, const Request& request) {
  RouteTable::Match match = routes.Find(request.method, request.path);
  if (match.route != nullptr) return Run(*match.route, request);
  stats_.Rejected(Rejection::kNoSuchPage);
  if (match.allow.empty()) return TextResponse(404, "There is nothing here. Begin at / .\n");
  Response response = TextResponse(405, "This page takes only: " + match.allow + "\n");
  response.headers.emplace_back("Allow", std::move(match.allow));
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
