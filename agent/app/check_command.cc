#include <fmt/format.h>

#include "agent/app/commands.h"

namespace klaxon::app {

ExitCode Check(const std::string& file) {
  const Result<AgentConfig> config = LoadAgentConfig(file);
  if (!config) {
    fmt::print(stderr, "{}\n", config.error().message());
    return kUsage;
  }
  if (const Result<http::WebConfig> web = LoadWeb(config->web); !web) {
    fmt::print(stderr, "{}\n", web.error().message());
    return kUsage;
  }
  fmt::print("{}: right; {} {} to watch\n", file, config->sources.size(),
             config->sources.size() == 1 ? "source" : "sources");
  for (const SourceRef& source : config->sources) {
    const CollectorPlace& place = source->place();
    fmt::print("  {}/{}{}{}\n", place.collector, place.cluster, place.instance.empty() ? "" : "/",
               place.instance);
  }
  for (const std::string& line : RuleAdvice(config->rules)) {
    fmt::print("  to look at: {}\n", line);
  }
  return kOk;
}

}  // namespace klaxon::app
