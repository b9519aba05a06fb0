#pragma once

// For .cc files of this folder only: it brings librdkafka in.

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "agent/base/clock.h"
#include "agent/base/mutex.h"
#include "agent/base/result.h"
#include "agent/kafka/record_reader.h"

namespace klaxon::kafka {

/// Frees what librdkafka gave.
struct RdkafkaFree {
  // Nothing is committed and no group left: there is none.
  void operator()(rd_kafka_t* handle) const {
    rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }

  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }

  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }

  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }

  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }

  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }

  void operator()(const struct rd_kafka_metadata* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
};

template <class T>
using Rdkafka = std::unique_ptr<T, RdkafkaFree>;

/// What librdkafka tells from its own threads. Outlives the handle. Thread-safe.
class RdkafkaEars {
 public:
  RdkafkaEars(const RecordReaderOptions& options, Clock& clock)
      : cluster_(options.cluster),
        password_(options.security.password),
        oauth_(options.security.oauth),
        tokens_(options.tokens),
        clock_(clock) {}

  /// Sets the callbacks; `conf` must not outlive this.
  void Attach(rd_kafka_conf_t* conf);

  /// The last failure that is not over: no broker can be reached, or one does not let us in.
  std::optional<Error> Failure() const;

  /// Something was read: whatever failed is over.
  void Well();

 private:
  static void OnLog(const rd_kafka_t* handle, int level, const char* facility, const char* line);
  static void OnError(rd_kafka_t* handle, int code, const char* why, void* opaque);
  static void OnTokenWanted(rd_kafka_t* handle, const char* config, void* opaque);

  void GiveToken(rd_kafka_t* handle);

  const std::string cluster_;
  const Secret password_;
  const OAuthOptions oauth_;
  const std::shared_ptr<TokenSource> tokens_;
  Clock& clock_;
  mutable Mutex mutex_{};
  std::optional<Error> failure_ KLAXON_GUARDED_BY(mutex_){};
};

/// "broker-1:9092,broker-2:9092".
std::string Joined(const std::vector<HostPort>& addresses);

/// An error code of librdkafka as one of ours.
Reason ReasonOf(rd_kafka_resp_err_t code);

/// A consumer without a group. Error: kInvalid.
Result<Rdkafka<rd_kafka_t>> MakeConsumer(const RecordReaderOptions& options, RdkafkaEars& ears);

}  // namespace klaxon::kafka
