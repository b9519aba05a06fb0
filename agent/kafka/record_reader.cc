#include "agent/kafka/record_reader.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "agent/kafka/rdkafka_handle.h"

namespace klaxon::kafka {
namespace {

constexpr size_t kAtOnce = 256;                              // records asked of librdkafka's queue
constexpr Duration kSlice = std::chrono::milliseconds{100};  // how long a stop may go unseen

int Milliseconds(Duration wait) {
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(wait).count());
}

int64_t StartOf(const ReadFrom& from) {
  switch (from.kind) {
    case ReadFrom::Kind::kOffset:
      return from.number;
    case ReadFrom::Kind::kFirst:
      return RD_KAFKA_OFFSET_BEGINNING;
    case ReadFrom::Kind::kNewest:
      return RD_KAFKA_OFFSET_TAIL_BASE - from.number;
  }
  std::abort();
}

/// How many bytes may be taken now, so that on average it is `rate` a second.
class Allowance {
 public:
  Allowance(size_t rate, MonoTime now) : rate_(static_cast<double>(rate)), at_(now) {}

  void Spend(size_t bytes) { left_ -= static_cast<double>(bytes); }

  /// How long to wait before more may be taken; zero: not at all.
  Duration Wait(MonoTime now) {
    if (rate_ <= 0) {
      return Duration::zero();
    }
    const double seconds = std::chrono::duration<double>(now - at_).count();
    left_ = std::min(left_ + seconds * rate_, rate_);
    at_ = now;
    return left_ >= 0 ? Duration::zero()
                      : std::chrono::duration_cast<Duration>(
                            std::chrono::duration<double>(-left_ / rate_));
  }

 private:
  double rate_;
  double left_ = 0;
  MonoTime at_;
};

std::optional<std::string_view> BytesAt(const void* bytes, size_t size) {
  if (bytes == nullptr) {
    return std::nullopt;
  }
  return std::string_view(static_cast<const char*>(bytes), size);
}

std::vector<RecordView::Header> HeadersOf(const rd_kafka_message_t& message) {
  std::vector<RecordView::Header> found;
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return found;
  }
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  while (found.size() < kMostHeaders &&
         rd_kafka_header_get_all(headers, found.size(), &name, &value, &size) ==
             RD_KAFKA_RESP_ERR_NO_ERROR) {
    found.push_back({.name = name, .value = BytesAt(value, size)});
  }
  return found;
}

RecordView ViewOf(const rd_kafka_message_t& message) {
  RecordView record{.topic = rd_kafka_topic_name(message.rkt),
                    .partition = message.partition,
                    .offset = message.offset,
                    .written = std::nullopt,
                    .key = BytesAt(message.key, message.key_len),
                    .value = BytesAt(message.payload, message.len),
                    .headers = HeadersOf(message)};
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const int64_t stamp = rd_kafka_message_timestamp(&message, &type);
  constexpr int64_t kMost = int64_t{1} << 43U;  // year 2248; later ones are nonsense, and overflow
  if (type != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE && stamp >= 0 && stamp < kMost) {
    record.written = WallTime(std::chrono::milliseconds{stamp});
  }
  return record;
}

Error FailureOf(rd_kafka_resp_err_t code, const char* words) {
  const Reason reason = ReasonOf(code);
  if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
    return {reason, "not authorised; allow Describe and Read on the topic"};
  }
  if (code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
      code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
    return {reason, "the offset is not there: not yet written, or deleted"};
  }
  if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    return {reason, "there is no such topic, or it is hidden from us for want of Describe"};
  }
  return {reason, Printable(words)};
}

}  // namespace

class RecordReader::Impl {
 public:
  Impl(const RecordReaderOptions& options, Clock& clock)
      : servers_(Joined(options.bootstrap)),
        ears_(options, clock),
        clock_(clock),
        allowance_(options.bytes_per_second, clock.Now().mono) {}

  ~Impl() { Release(); }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> Open(const RecordReaderOptions& options) {
    Result<Rdkafka<rd_kafka_t>> handle = MakeConsumer(options, ears_);
    if (!handle) {
      return handle.error();
    }
    handle_ = *std::move(handle);
    return {};
  }

  Result<std::vector<TopicShape>> Topics(const std::optional<std::string>& topic, MonoTime deadline,
                                         const std::stop_token& stop) {
    const Rdkafka<rd_kafka_topic_t> only(
        topic ? rd_kafka_topic_new(handle_.get(), topic->c_str(), nullptr) : nullptr);
    while (!stop.stop_requested()) {
      const Duration left = deadline - clock_.Now().mono;
      if (left <= Duration::zero()) {
        return ears_.Failure().value_or(
            Error(Reason::kTimeout, fmt::format("no broker answers in time; asked: {}", servers_)));
      }
      const struct rd_kafka_metadata* raw = nullptr;
      const rd_kafka_resp_err_t code =
          rd_kafka_metadata(handle_.get(), topic ? 0 : 1, only.get(), &raw,
                            Milliseconds(std::min<Duration>(left, 5 * kSlice)));
      const Rdkafka<const struct rd_kafka_metadata> metadata(raw);
      rd_kafka_poll(handle_.get(), 0);
      if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        ears_.Well();
        return ShapesIn(*metadata, topic.has_value());
      }
      if (const std::optional<Error> failure = ears_.Failure()) {
        return *failure;
      }
    }
    return Error(Reason::kCancelled, "stopped");
  }

  Result<void> Assign(const std::vector<ReadFrom>& partitions) {
    Release();
    queue_.reset(rd_kafka_queue_new(handle_.get()));
    for (const ReadFrom& from : partitions) {
      Rdkafka<rd_kafka_topic_t>& topic = topics_[from.topic];
      if (topic == nullptr) {
        topic.reset(rd_kafka_topic_new(handle_.get(), from.topic.c_str(), nullptr));
      }
      if (topic == nullptr || rd_kafka_consume_start_queue(topic.get(), from.partition,
                                                           StartOf(from), queue_.get()) != 0) {
        return Error(ReasonOf(rd_kafka_last_error()),
                     fmt::format("{} partition {}: {}", Printable(from.topic), from.partition,
                                 rd_kafka_err2str(rd_kafka_last_error())));
      }
      started_.emplace_back(topic.get(), from.partition);
    }
    return {};
  }

  Result<ReadProgress> Read(const Take& take, size_t most, MonoTime deadline,
                            const std::stop_token& stop) {
    ReadProgress progress;
    while (progress.records < most) {
      if (stop.stop_requested()) return Error(Reason::kCancelled, "stopped");
      rd_kafka_poll(handle_.get(), 0);
      if (!ReadSome(take, std::min(most - progress.records, kAtOnce), deadline, stop, progress)) {
        break;
      }
    }
    if (HoldsSome(progress)) {
      ears_.Well();
      return progress;
    }
    const std::optional<Error> failure = ears_.Failure();
    return failure ? Result<ReadProgress>(*failure) : Result<ReadProgress>(progress);
  }

 private:
  static bool HoldsSome(const ReadProgress& progress) {
    return progress.records > 0 || !progress.ended.empty() || !progress.failed.empty();
  }

  /// False: there is no more for now, or no more time.
  bool ReadSome(const Take& take, size_t most, MonoTime deadline, const std::stop_token& stop,
                ReadProgress& progress) {
    const MonoTime now = clock_.Now().mono;
    if (now >= deadline) return false;
    const bool some = HoldsSome(progress);
    const Duration slice = some ? Duration::zero() : std::min<Duration>(deadline - now, kSlice);
    if (const Duration pause = allowance_.Wait(now); pause > Duration::zero()) {
      if (!some) clock_.SleepUntil(now + std::min(pause, slice), stop);
      return !some;
    }
    return TakeSome(take, most, Milliseconds(slice), progress) > 0 || !some;
  }

  static Result<std::vector<TopicShape>> ShapesIn(const struct rd_kafka_metadata& metadata,
                                                  bool only) {
    std::vector<TopicShape> shapes;
    for (int i = 0; i < metadata.topic_cnt; ++i) {
      const struct rd_kafka_metadata_topic& topic = metadata.topics[i];
      if (topic.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        const auto leaderless = std::count_if(
            topic.partitions, topic.partitions + topic.partition_cnt,
            [](const struct rd_kafka_metadata_partition& at) { return at.leader < 0; });
        shapes.push_back({.name = topic.topic,
                          .partitions = topic.partition_cnt,
                          .leaderless = static_cast<int32_t>(leaderless)});
      } else if (only) {
        return FailureOf(topic.err, rd_kafka_err2str(topic.err));
      }
    }
    return shapes;
  }

  size_t TakeSome(const Take& take, size_t most, int wait_ms, ReadProgress& progress) {
    if (queue_ == nullptr) {
      return 0;
    }
    std::array<rd_kafka_message_t*, kAtOnce> raw{};
    const ssize_t came =
        rd_kafka_consume_batch_queue(queue_.get(), wait_ms, raw.data(), std::min(most, kAtOnce));
    for (ssize_t i = 0; i < came; ++i) {
      const Rdkafka<rd_kafka_message_t> message(raw.at(static_cast<size_t>(i)));
      TakeOne(*message, take, progress);
    }
    return came < 0 ? 0 : static_cast<size_t>(came);
  }

  void TakeOne(const rd_kafka_message_t& message, const Take& take, ReadProgress& progress) {
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      take(ViewOf(message));
      allowance_.Spend(message.len + message.key_len);
      ++progress.records;
      return;
    }
    if (message.rkt == nullptr) {
      return;  // of the whole client: it comes by the ears too
    }
    PartitionName at{.topic = rd_kafka_topic_name(message.rkt), .partition = message.partition};
    if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      progress.ended.push_back({.at = std::move(at), .next = message.offset});
    } else {
      progress.failed.push_back(
          {.at = std::move(at),
           .error = FailureOf(message.err, rd_kafka_message_errstr(&message))});
    }
  }

  /// Stops what is being read, in the order that librdkafka wants.
  void Release() {
    for (const auto& [topic, partition] : started_) {
      rd_kafka_consume_stop(topic, partition);
    }
    started_.clear();
    queue_.reset();
    topics_.clear();
  }

  const std::string servers_;  // for people
  RdkafkaEars ears_;
  Clock& clock_;
  Allowance allowance_;
  Rdkafka<rd_kafka_t> handle_{};
  Rdkafka<rd_kafka_queue_t> queue_{};
  std::map<std::string, Rdkafka<rd_kafka_topic_t>> topics_{};
  std::vector<std::pair<rd_kafka_topic_t*, int32_t>> started_{};
};

RecordReader::RecordReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
}

RecordReader::~RecordReader() = default;

Result<std::unique_ptr<RecordReader>> RecordReader::Make(const RecordReaderOptions& options,
                                                         Clock& clock) {
  auto impl = std::make_unique<Impl>(options, clock);
  if (Result<void> opened = impl->Open(options); !opened) {
    return opened.error();
  }
  return std::unique_ptr<RecordReader>(new RecordReader(std::move(impl)));
}

Result<std::vector<TopicShape>> RecordReader::Topics(const std::optional<std::string>& topic,
                                                     MonoTime deadline,
                                                     const std::stop_token& stop) {
  return impl_->Topics(topic, deadline, stop);
}

Result<void> RecordReader::Assign(const std::vector<ReadFrom>& partitions) {
  return impl_->Assign(partitions);
}

Result<ReadProgress> RecordReader::Read(const Take& take, size_t most, MonoTime deadline,
                                        const std::stop_token& stop) {
  return impl_->Read(take, most, deadline, stop);
}

}  // namespace klaxon::kafka
