#include "agent/app/reader_options.h"

#include "collectors/kafka/tokens.h"

namespace klaxon::app {

kafka::RecordReaderOptions ReaderOptionsOf(const kafka_collector::Config& config,
                                           const std::string& cluster, Clock& clock,
                                           http::HttpClient& http) {
  kafka::RecordReaderOptions options;
  options.cluster = cluster;
  options.bootstrap = config.bootstrap;
  options.client_id = config.client_id;
  options.security = config.security;
  options.tokens = kafka_collector::MakeTokenSource(
      config.security, {.cluster = cluster, .clock = clock, .http = http});
  return options;
}

}  // namespace klaxon::app
