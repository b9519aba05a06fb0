#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/base/text.h"
#include "agent/kafka/security.h"
#include "agent/kafka/token_source.h"

namespace klaxon::kafka {

/// How records of a cluster are read.
struct RecordReaderOptions {
  std::string cluster{};  ///< its name with us, for the log
  std::vector<HostPort> bootstrap{};
  std::string client_id = "klaxon";
  SecurityOptions security{};
  std::shared_ptr<TokenSource> tokens{};  ///< null: logs in without tokens
  /// Bytes asked for at once of one partition. A broker sends at least one batch, so the least that
  /// comes of each is a batch, whatever its size up to `most_waiting`.
  size_t fetch_bytes = size_t{256} * 1024;
  size_t most_waiting = size_t{16} * 1024 * 1024;  ///< bytes fetched and not yet taken, about
  size_t bytes_per_second = 0;                     ///< taken on average; 0: as fast as they come
  /// Only records of transactions that were committed. Otherwise also those that are aborted or
  /// hang, as they lie in the log.
  bool committed_only = false;
};

/// A record as it lies in the log. The views hold only while it is being taken.
struct RecordView {
  struct Header {
    std::string_view name{};
    std::optional<std::string_view> value{};
  };

  std::string_view topic{};
  int32_t partition = 0;
  int64_t offset = 0;
  std::optional<WallTime> written{};  ///< by whom says the topic: its producer or its broker
  std::optional<std::string_view> key{};
  std::optional<std::string_view> value{};  ///< empty: a tombstone
  std::vector<Header> headers{};            ///< the first kMostHeaders
};

inline constexpr size_t kMostHeaders = 64;

/// Where to begin in a partition.
struct ReadFrom {
  enum class Kind : uint8_t {
    kOffset,  ///< at `number`
    kFirst,   ///< at the first record there is
    kNewest,  ///< the last `number` offsets before the end, and on; > 0
  };

  std::string topic{};
  int32_t partition = 0;
  Kind kind = Kind::kFirst;
  int64_t number = 0;
};

struct PartitionName {
  std::string topic{};
  int32_t partition = 0;

  friend auto operator<=>(const PartitionName&, const PartitionName&) = default;
};

/// What one call of Read brought.
struct ReadProgress {
  size_t records = 0;

  /// Partitions whose end was reached; more may come. `next` is the offset after the last record.
  struct End {
    PartitionName at{};
    int64_t next = 0;
  };

  std::vector<End> ended{};

  /// Partitions that cannot be read: nothing more will come of them.
  struct Failure {
    PartitionName at{};
    Error error;
  };

  std::vector<Failure> failed{};
};

struct TopicShape {
  std::string name{};
  int32_t partitions = 0;
  int32_t leaderless = 0;  ///< of these
};

/// Owns a consumer of librdkafka that is told which partitions to read. It belongs to no group, so
/// it joins nothing, commits nothing and needs no permission but Describe and Read on the topics.
/// Confined to one thread; librdkafka's own threads (one a broker) do the I/O.
class RecordReader {
 public:
  /// No I/O but reading the files of certificates. Error: kInvalid, the options do not fit
  /// together.
  static Result<std::unique_ptr<RecordReader>> Make(const RecordReaderOptions& options,
                                                    Clock& clock);

  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;
  ~RecordReader();

  /// All topics that we may describe, or `topic` alone. Error: kTimeout, kUnreachable,
  /// kUnauthorized; kRefused: there is no such topic.
  Result<std::vector<TopicShape>> Topics(const std::optional<std::string>& topic, MonoTime deadline,
                                         const std::stop_token& stop);

  /// Reads these partitions from now on, and no others. Each at most once in the list.
  Result<void> Assign(const std::vector<ReadFrom>& partitions);

  using Take = std::function<void(const RecordView&)>;

  /// Waits for something until `deadline`, then gives what there is to `take`, at most `most`
  /// records. A progress with nothing in it: nothing came in time.
  /// Error: kCancelled; or nothing came and what librdkafka says of it: kUnreachable,
  /// kUnauthorized.
  Result<ReadProgress> Read(const Take& take, size_t most, MonoTime deadline,
                            const std::stop_token& stop);

 private:
  class Impl;

  explicit RecordReader(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::kafka
