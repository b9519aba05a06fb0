#include <cstdio>

#include <fmt/format.h>

#include "agent/app/ask_agent.h"
#include "agent/app/commands.h"
#include "exporters/api/orders.h"

namespace klaxon::app {

ExitCode Order(const OrderOptions& options) {
  const Result<http::HttpResponse> answer = AskAgent(
      options.agent, "POST", fmt::format("/api/klaxon/v1/recovery/{}", Name(options.order.verb)),
      api::OrderBody(options.order));
  if (!answer) {
    fmt::print(stderr, "klaxon: {}\n", answer.error().message());
    return answer.error().reason() == Reason::kInvalid ? kUsage : kFailed;
  }
  if (answer->ok()) {
    fmt::print("{}\n", WordsOf(*answer));
    return kOk;
  }
  PrintRefusal(*answer);
  return kFailed;
}

}  // namespace klaxon::app
