#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/answer.h"
#include "agent/model/entity.h"
#include "agent/model/section.h"

/// What a Kafka Connect cluster says of itself over REST.
namespace klaxon {

struct ConnectTaskFacts {
  int32_t id = 0;
  std::string state{};       ///< "RUNNING", "FAILED", ...; Connect's own word
  std::string worker{};      ///< "host:port" it was last seen on
  std::string root_cause{};  ///< one line out of its stack trace; empty unless it failed
};

struct ConnectorFacts {
  EntityRef entity{};
  std::string type{};             ///< "source" or "sink"
  std::string connector_class{};  ///< the Java class; empty: not told
  /// "RUNNING", "FAILED", ...; empty: configured, but Connect tells no status of it.
  std::string state{};
  std::string worker{};
  std::string root_cause{};
  std::vector<ConnectTaskFacts> tasks{};  ///< by id
};

struct ConnectFacts final : Facts {
  std::string url{};      ///< the worker that answered; without credentials
  std::string version{};  ///< of the worker, e.g. "4.3.1"
  std::string kafka_cluster_id{};
  AnswerRef root{};  ///< of version and cluster id

  std::vector<ConnectorFacts> connectors{};  ///< by name
  AnswerRef listed{};                        ///< of connectors, their states and tasks
};

}  // namespace klaxon
