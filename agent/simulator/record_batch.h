#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace klaxon::simulator {

/// Key and value of a record.
struct RecordContent {
  std::optional<std::string> key{};
  std::string value{};
};

/// A record as it is in the log.
struct LoggedRecord {
  int64_t unix_ms = 0;
  RecordContent content{};
};

/// A record batch of version 2, not compressed, whose records have offsets one after the other from
/// `first_offset`. REQUIRES: there are records. Source: RecordBatch and DefaultRecord in
/// clients/.../common/record of apache/kafka; https://kafka.apache.org/documentation/#recordbatch
std::string EncodeBatch(int64_t first_offset, int32_t leader_epoch,
                        const std::vector<LoggedRecord>& records);

}  // namespace klaxon::simulator
