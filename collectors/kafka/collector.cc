#include "collectors/kafka/collector.h"

#include "agent/kafka/wire/client.h"
#include "collectors/kafka/group_list_stage.h"
#include "collectors/kafka/group_stage.h"
#include "collectors/kafka/metadata_stage.h"
#include "collectors/kafka/offset_stage.h"
#include "collectors/kafka/permissions.h"

namespace klaxon::kafka_collector {
namespace {

/// Everything after metadata.
void ReadTheRest(Round& round) {
  round.IndexTopics();
  std::vector<GroupWork> groups = ListGroups(round);
  ReadGroups(round, groups);
  FinishGroups(round, std::move(groups));
  ReadOffsets(round);
}

Reading PollNormally(Round& round) {
  if (const std::optional<Error> silence = ReadMetadata(round)) {
    round.IndexTopics();
    CarryGroups(round, *silence);
    CarryOffsets(round, *silence);
    return round.Finish();
  }
  ReadTheRest(round);
  ReadPermissions(round);
  return round.Finish();
}

}  // namespace

Reading KafkaCollector::Poll(const PollContext& context) {
  if (memory_.doubt) {
    Round round(*client_, context, config_, memory_);
    round.AddProblem("quorum", *memory_.doubt);
    CarryMetadata(round, *memory_.doubt);
    ReadTheRest(round);
    if (!DoubtIsOver(round)) {
      return round.Finish();
    }
    memory_.doubt.reset();
  }
  Round round(*client_, context, config_, memory_);
  return PollNormally(round);
}

kafka::wire::ClientOptions ClientOptionsOf(const Config& config, std::string cluster) {
  kafka::wire::ClientOptions options;
  options.cluster = std::move(cluster);
  options.bootstrap = config.bootstrap;
  options.client_id = config.client_id;
  options.security = config.security;
  // Over before the requests that wait for it: then they end with what the connection lacks, and
  // not just because their time is over.
  options.connect_timeout = std::min(options.connect_timeout, config.request_timeout * 9 / 10);
  return options;
}

}  // namespace klaxon::kafka_collector
