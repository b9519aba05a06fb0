#include "agent/app/rule_explainer.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "alerts/lifecycle/explain.h"

namespace klaxon::app {
namespace {

constexpr int kExplainedAtOnce = 2;
constexpr Duration kLongestExplanation = std::chrono::seconds{10};  // all parts together
constexpr size_t kMostSamples = 50'000'000;                         // of one part
constexpr size_t kMostHeld = 5'000'000;

}  // namespace

http::Response RuleExplainer::Explained(const http::Request& request) const {
  const std::string* const rule = request.Query("rule");
  if (rule == nullptr || rule->empty()) {
    return http::TextResponse(400, "which rule? It is /api/klaxon/v1/rules/explain?rule=NAME\n");
  }
  const Instant now = clock_.Now();
  const RuleBoardRef board = board_();
  // Of the wall clock only the keeper's reading counts: it is never set back.
  const WallTime seen = std::max(now.wall, WallTime(std::chrono::milliseconds(keeper_.newest())));
  const auto expired = [this, end = now.mono + kLongestExplanation] {
    return clock_.Now().mono >= end;
  };
  const Result<std::string> text = alerts::ExplainRule(
      *rule, {.board = *board,
              .series = keeper_.queryable(),
              .unknown = keeper_.unknown(),
              .now = seen,
              .query = {.most_samples = kMostSamples, .most_held = kMostHeld, .expired = expired}});
  return text ? http::TextResponse(200, *text)
              : http::TextResponse(404, text.error().message() + "\n");
}

http::Response RuleExplainer::Explain(const http::Request& request) {
  const bool turn = ++running_ <= kExplainedAtOnce;
  http::Response response =
      turn ? Explained(request) : http::TextResponse(503, "others ask just now; ask again\n");
  --running_;
  return response;
}

}  // namespace klaxon::app
