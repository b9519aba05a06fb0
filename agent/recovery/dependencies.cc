#include "agent/recovery/dependencies.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include <fmt/format.h>

#include "agent/recovery/pattern.h"

namespace klaxon::recovery {
namespace {

/// More of them are no matter of single topics, and to compare them with those of all connectors
/// takes its time.
constexpr size_t kMostLeaderless = 1000;

std::string NameOf(const KafkaPart& part) {
  return fmt::format("Kafka cluster {}", part.section.cluster);
}

/// "1 partition", "2 partitions".
std::string Partitions(size_t count) {
  return fmt::format("{} partition{}", count, count == 1 ? "" : "s");
}

std::string Leaderless(std::string_view topic, size_t partitions) {
  return fmt::format("{} of topic {} {} no leader", Partitions(partitions), topic,
                     partitions == 1 ? "has" : "have");
}

/// What would fail connectors whatever they are, topics apart.
std::string RedOf(const KafkaPart& part, const Instant& now) {
  if (part.facts.proof == MetadataProof::kDoubtful) {
    return NameOf(part) + ": its quorum has no leader, or does not answer";
  }
  if (!IsFresh(part.facts.metadata, now)) {
    return NameOf(part) + " has not answered for too long";
  }
  for (const BrokerFacts& broker : part.facts.brokers) {
    if (broker.error) {
      return fmt::format("{}: broker {} does not answer", NameOf(part), broker.id);
    }
  }
  return "";
}

std::string RedOf(const SchemaRegistryPart& part, const Instant& now) {
  const auto serves = [&](const RegistryNodeFacts& node) { return node.Serves(now); };
  return part.facts.nodes.empty() || std::ranges::any_of(part.facts.nodes, serves)
             ? ""
             : fmt::format("schema registry {}: no node serves", part.section.instance);
}

/// Kafka's own, or perhaps one of those in which Connect keeps its configurations, offsets and
/// states: they are called as their cluster's configuration says.
bool MayBeOfAll(const TopicFacts& topic) {
  constexpr std::array<std::string_view, 4> kWords{"connect", "config", "offset", "status"};
  std::string name = topic.entity->name;
  std::ranges::transform(name, name.begin(),
                         [](unsigned char each) { return static_cast<char>(std::tolower(each)); });
  return topic.internal || name.starts_with('_') || name.ends_with(".internal") ||
         std::ranges::any_of(
             kWords, [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

bool IsAmong(const std::vector<std::string>& topics, std::string_view topic) {
  return std::ranges::find(topics, topic) != topics.end();
}

/// It stands for what only the worker knows.
bool IsPlaceholder(const std::string& value) {
  return value.find("${") != std::string::npos;
}

/// The topics that a connector uses, as far as its configuration, Connect and its group tell.
class Used {
 public:
  Used(const ConnectorFacts& connector, const KafkaPart& kafka, const Instant& now)
      : connector_(connector) {
    const std::string& regex = connector.config.topics_regex;
    const bool java_only = regex.find("&&") != std::string::npos;  // an intersection of classes
    if (!regex.empty() && !java_only && !IsPlaceholder(regex)) {
      if (Result<Pattern> pattern = Pattern::Make(regex)) {
        pattern_ = *std::move(pattern);
      }
    }
    const auto name = [](const GroupFacts& group) -> const std::string& {
      return group.entity->name;
    };
    const auto group =
        std::ranges::lower_bound(kafka.facts.groups, connector.config.consumer_group, {}, name);
    if (group != kafka.facts.groups.end() && name(*group) == connector.config.consumer_group) {
      group_ = &*group;
    }
    const std::vector<std::string>& topics = connector.config.topics;
    const bool listed = !topics.empty() && topics.size() < ConnectorConfig::kMostTopics &&
                        std::ranges::none_of(topics, IsPlaceholder);
    known_ = connector.type == "sink"
                 ? (listed || pattern_) && !IsPlaceholder(connector.config.dead_letter_topic)
                 : IsFresh(connector.topics_told, now) && !connector.active_topics.empty();
  }

  /// Whether all of them are.
  bool known() const { return known_; }

  bool Has(std::string_view topic) const {
    const ConnectorConfig& config = connector_.config;
    return IsAmong(config.topics, topic) || (pattern_ && pattern_->MatchesWhole(topic)) ||
           config.dead_letter_topic == topic || IsAmong(connector_.active_topics, topic) ||
           Committed(topic) || IsConfigured(topic);
  }

 private:
  bool Committed(std::string_view topic) const {
    return group_ != nullptr && std::ranges::any_of(group_->topics, [&](const auto& each) {
             return each.topic->name == topic;
           });
  }

  /// Of a source, by the keys that widespread ones have for it.
  bool IsConfigured(std::string_view topic) const {
    return std::ranges::any_of(connector_.config.essentials, [&](const auto& each) {
      const auto& [key, value] = each;
      const bool prefix = key == "topic.prefix" || key == "database.server.name";
      // Debezium's own producer writes its history, so that Connect does not tell of it.
      const bool whole = key == "topic" || key == "schema.history.internal.kafka.topic" ||
                         key == "database.history.kafka.topic";
      return (whole && value == topic) || (prefix && !value.empty() && topic.starts_with(value));
    });
  }

  const ConnectorFacts& connector_;
  std::optional<Pattern> pattern_{};
  const GroupFacts* group_ = nullptr;
  bool known_ = false;
};

}  // namespace

Dependencies::Dependencies(const View& view, std::string_view cluster) : now_(view.now) {
  for (const KafkaPart& part : KafkaParts(view)) {
    if (part.section.cluster == cluster && of_all_.empty()) {
      of_all_ = RedOf(part, now_);
      TakeTopics(part);
    }
  }
  for (const SchemaRegistryPart& part : SchemaRegistryParts(view)) {
    if (part.section.cluster == cluster && of_all_.empty()) {
      of_all_ = RedOf(part, now_);
    }
  }
}

void Dependencies::TakeTopics(const KafkaPart& part) {
  kafka_.emplace(part);
  for (const TopicFacts& topic : part.facts.topics) {
    const auto count =
        static_cast<size_t>(std::ranges::count(topic.partitions, -1, &PartitionFacts::leader));
    if (count == 0) {
      continue;
    }
    partitions_ += count;
    leaderless_.push_back({.name = topic.entity->name, .partitions = count});
    if (of_all_.empty() && MayBeOfAll(topic)) {
      of_all_ = fmt::format("{}: {}", NameOf(part), Leaderless(topic.entity->name, count));
    }
  }
  if (of_all_.empty() && leaderless_.size() > kMostLeaderless) {
    of_all_ = fmt::format("{}: {} have no leader", NameOf(part), Partitions(partitions_));
  }
}

std::string Dependencies::Of(const ConnectorFacts& connector) const {
  if (!kafka_ || leaderless_.empty() || !of_all_.empty()) {
    return "";
  }
  const Used used(connector, *kafka_, now_);
  const auto its =
      std::ranges::find_if(leaderless_, [&](const Topic& topic) { return used.Has(topic.name); });
  if (its != leaderless_.end()) {
    return fmt::format("{}: {}", NameOf(*kafka_), Leaderless(its->name, its->partitions));
  }
  return used.known() ? ""
                      : fmt::format("{}: {} {} no leader, and which topics {} uses is not known",
                                    NameOf(*kafka_), Partitions(partitions_),
                                    partitions_ == 1 ? "has" : "have", connector.entity->name);
}

}  // namespace klaxon::recovery
