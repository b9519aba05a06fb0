#pragma once

#include <string>

#include "agent/base/clock.h"
#include "agent/http/client.h"
#include "agent/kafka/record_reader.h"
#include "collectors/kafka/config.h"

namespace klaxon::app {

/// How records of a cluster are read that is configured like this. `clock` and `http` must outlive
/// whoever reads.
kafka::RecordReaderOptions ReaderOptionsOf(const kafka_collector::Config& config,
                                           const std::string& cluster, Clock& clock,
                                           http::HttpClient& http);

}  // namespace klaxon::app
