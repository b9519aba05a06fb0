#include <algorithm>

#include "agent/simulator/answers.h"

namespace klaxon::simulator {
namespace {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace): every word here is the
                              // protocol's

constexpr int64_t kMostInBatch = 100;

/// Reckons that producers never paused.
int64_t WrittenAt(const ClusterState& state, const Topic& topic, const Partition& partition,
                  int64_t offset) {
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(state.now.wall.time_since_epoch());
  const double rate = topic.rate * partition.weight;
  const double ago = rate <= 0 ? 0 : static_cast<double>(partition.End() - offset) / rate * 1000;
  return std::max<int64_t>(0, now.count() - static_cast<int64_t>(std::min(ago, 1e12)));
}

RecordContent ContentOf(const Topic& topic, int32_t partition, int64_t offset) {
  return topic.record != nullptr
             ? topic.record(partition, offset)
             : RecordContent{.value = "record " + std::to_string(offset) + " of " + topic.name};
}

/// Nothing at the end of the log, and of internal topics, whose records are not simulated.
std::string RecordsFrom(const Asked& asked, const Topic& topic,
                        const FetchRequest::Partition& wanted, int64_t end) {
  const Partition& partition = topic.partitions[static_cast<size_t>(wanted.index)];
  std::vector<LoggedRecord> records;
  int64_t left = topic.internal ? 0 : wanted.max_bytes;
  for (int64_t at = wanted.offset; at < end && left > 0; ++at) {
    records.push_back({.unix_ms = WrittenAt(asked.state, topic, partition, at),
                       .content = ContentOf(topic, wanted.index, at)});
    left -= static_cast<int64_t>(records.back().content.value.size());
    if (at - wanted.offset + 1 == kMostInBatch) {
      break;
    }
  }
  return records.empty() ? "" : EncodeBatch(wanted.offset, partition.leader_epoch, records);
}

FetchResponse::Partition Read(const Asked& asked, const Topic* topic,
                              const FetchRequest::Partition& wanted, bool committed_only) {
  FetchResponse::Partition read{.index = wanted.index};
  const Partition* partition = FindPartition(topic, wanted.index);
  read.error_code = CheckLeader(asked, partition, wanted.current_leader_epoch);
  if (read.error_code != ErrorCode::kNone) {
    return read;
  }
  const int64_t end = committed_only ? partition->LastStable() : partition->End();
  read.high_watermark = partition->End();
  read.last_stable_offset = partition->LastStable();
  read.log_start_offset = partition->start;
  if (wanted.offset < partition->start || wanted.offset > partition->End()) {
    read.error_code = ErrorCode::kOffsetOutOfRange;
  } else {
    read.records.data = RecordsFrom(asked, *topic, wanted, end);
  }
  return read;
}

}  // namespace

Answer<FetchRequest> Respond(const Asked& asked, const FetchRequest& request) {
  const bool committed_only =
      request.isolation_level == static_cast<int8_t>(IsolationLevel::kReadCommitted);
  FetchResponse response;
  for (const FetchRequest::Topic& wanted : request.topics) {
    const Topic* topic = FindTopic(asked.state, wanted.name);
    FetchResponse::Topic& read = response.topics.emplace_back();
    read.name = wanted.name;
    for (const FetchRequest::Partition& partition : wanted.partitions) {
      read.partitions.push_back(Read(asked, topic, partition, committed_only));
    }
  }
  return response;
}

Duration HoldOf(const FetchRequest& request, const FetchResponse& response) {
  for (const FetchResponse::Topic& topic : response.topics) {
    for (const FetchResponse::Partition& partition : topic.partitions) {
      if (partition.error_code != ErrorCode::kNone || !partition.records.data.empty()) {
        return {};
      }
    }
  }
  constexpr int32_t kLongest = 5'000;
  return std::chrono::milliseconds{std::clamp(request.max_wait_ms, 0, kLongest)};
}

void Spoil(FetchResponse& response, ErrorCode code) {
  for (FetchResponse::Topic& topic : response.topics) {
    for (FetchResponse::Partition& partition : topic.partitions) {
      partition = {.index = partition.index, .error_code = code};
    }
  }
}

}  // namespace klaxon::simulator
