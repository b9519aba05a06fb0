#include "agent/connect/connector_config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "agent/base/mask.h"
#include "agent/base/text.h"
#include "agent/connect/digest.h"
#include "agent/connect/hash.h"

namespace klaxon::connect {
namespace {

constexpr size_t kLongestValue = 200;
constexpr size_t kLongestTopic = 249;  // org.apache.kafka.common.internals.Topic
constexpr size_t kMostOwnKeys = 30;
constexpr size_t kLongestKey = 80;
constexpr std::string_view kRecovery = "klaxon.recovery";
constexpr std::string_view kRecoveryKeys = "klaxon.recovery.";

/// Keys that tell people what a connector does, of Connect itself and of widespread connectors.
/// None of them is meant for a secret.
constexpr std::array<std::string_view, 59> kEssentials{
    "azblob.container.name",
    "bucket",
    "collection",
    "connection.host",
    "connection.hosts",
    "connection.uri",
    "connection.url",
    "connector.class",
    "consumer.override.auto.offset.reset",
    "consumer.override.group.id",
    "consumer.override.max.poll.records",
    "database",
    "database.dbname",
    "database.history.kafka.topic",
    "database.hostname",
    "database.include.list",
    "database.names",
    "database.port",
    "database.server.name",
    "datasets",
    "delete.enabled",
    "errors.deadletterqueue.topic.name",
    "errors.log.enable",
    "errors.retry.timeout",
    "errors.tolerance",
    "exactly.once.support",
    "file",
    "flush.size",
    "gcs.bucket.name",
    "hdfs.url",
    "header.converter",
    "http.api.url",
    "insert.mode",
    "key.converter",
    "mode",
    "pk.mode",
    "plugin.name",
    "poll.interval.ms",
    "predicates",
    "publication.name",
    "query",
    "rotate.interval.ms",
    "s3.bucket.name",
    "s3.region",
    "schema.history.internal.kafka.topic",
    "slot.name",
    "snapshot.mode",
    "source.cluster.alias",
    "table.include.list",
    "table.name.format",
    "table.whitelist",
    "target.cluster.alias",
    "tasks.max",
    "topic",
    "topic.prefix",
    "topics",
    "topics.regex",
    "transforms",
    "value.converter",
};

bool IsEssential(std::string_view key) {
  return std::binary_search(kEssentials.begin(), kEssentials.end(), key);
}

std::string Shown(std::string_view value, size_t limit = kLongestValue) {
  return Printable(MaskSecrets(value), limit);
}

std::optional<int32_t> ReadNumber(std::string_view text) {
  text = Trim(text);
  int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

uint64_t HashOf(std::string_view key, std::string_view value) {
  Hash64 hash;
  hash.Add(key);
  hash.Add(std::string_view("\0", 1));
  hash.Add(value);
  return hash.Value();
}

}  // namespace

void ConfigReader::TakeTopics(std::string_view value) {
  for (const std::string_view topic : Split(value, ',')) {
    if (config_.topics.size() == ConnectorConfig::kMostTopics) return;
    config_.topics.push_back(Shown(topic, kLongestTopic));
  }
}

void ConfigReader::Add(std::string_view key, std::string_view value) {
  any_ = true;
  sum_ += HashOf(key, value);  // a sum: the order of the keys does not matter
  const bool own = key == kRecovery || key.starts_with(kRecoveryKeys);
  if (own && config_.recovery.size() < kMostOwnKeys) {
    config_.recovery.emplace_back(Printable(key, kLongestKey), Shown(value));
  }
  if (!IsEssential(key)) return;
  config_.essentials.emplace_back(key, Shown(value));
  if (key == "tasks.max") {
    config_.tasks_max = ReadNumber(value);
  } else if (key == "topics") {
    TakeTopics(value);
  } else if (key == "topics.regex") {
    config_.topics_regex = Shown(value, kLongestTopic * 4);
  } else if (key == "errors.deadletterqueue.topic.name") {
    config_.dead_letter_topic = Shown(Trim(value), kLongestTopic);
  } else if (key == "consumer.override.group.id") {
    group_ = Shown(Trim(value));
  }
}

ConnectorConfig ConfigReader::Finish(std::string_view name, std::string_view type) {
  if (any_) {
    static const Digester digester;
    config_.hash = sum_ == 0 ? 1 : sum_;
    std::array<char, sizeof(uint64_t)> bytes{};
    std::memcpy(bytes.data(), &config_.hash, bytes.size());
    config_.mark = std::max<uint64_t>(1, digester.Of({bytes.data(), bytes.size()}));
  }
  std::sort(config_.essentials.begin(), config_.essentials.end());
  std::sort(config_.recovery.begin(), config_.recovery.end());
  if (type == "sink") {
    // SinkUtils.consumerGroupId of apache/kafka.
    config_.consumer_group = group_.empty() ? "connect-" + std::string(name) : group_;
  } else {  // sources have neither
    config_.topics.clear();
    config_.topics_regex.clear();
    config_.dead_letter_topic.clear();
  }
  return std::move(config_);
}

}  // namespace klaxon::connect
