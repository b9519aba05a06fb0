#include "agent/app/options.h"

#include <fmt/format.h>

namespace klaxon::app {
namespace {

Error Wrong(std::string_view option, const Error& error) {
  return {Reason::kInvalid, fmt::format("klaxon: {}: {}", option, error.message())};
}

Result<AgentConfig> Base(const RunOptions& options) {
  const bool quick = !options.quick.bootstrap.empty() || !options.quick.connect.empty() ||
                     !options.quick.registry.empty() || !options.quick.command_config.empty();
  if (options.config_file.empty() && !quick) {
    return Error(Reason::kInvalid,
                 "klaxon: what shall it watch? Give --bootstrap HOST:PORT, or --config FILE");
  }
  if (!options.config_file.empty() && quick) {
    return Error(
        Reason::kInvalid,
        "klaxon: --config and --bootstrap, --command-config, --connect or --registry exclude each "
        "other; "
        "write the cluster into the file");
  }
  return quick ? ConfigFrom(options.quick) : LoadAgentConfig(options.config_file);
}

}  // namespace

Result<AgentConfig> ConfigOf(const RunOptions& options) {
  Result<AgentConfig> config = Base(options);
  if (!config) {
    return config;
  }
  if (options.listen) {
    const Result<HostPort> listen = ParseHostPort(*options.listen, kDefaultPort);
    if (!listen) {
      return Wrong("--listen", listen.error());
    }
    config->listen = *listen;
  }
  config->web.file = options.web_config.value_or(config->web.file);
  if (options.log_level) {
    const Result<log::Level> level = log::ParseLevel(*options.log_level);
    if (!level) {
      return Wrong("--log-level", level.error());
    }
    config->log_level = *level;
  }
  return config;
}

}  // namespace klaxon::app
