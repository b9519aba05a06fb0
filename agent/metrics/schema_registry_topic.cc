#include <array>
#include <string>

#include "agent/metrics/rows.h"

/// The topic that a schema registry keeps everything in.
namespace klaxon::metrics {
namespace {

using Part = SchemaRegistryPart;

constexpr std::array<std::string_view, 3> kTopic{"cluster", "registry", "topic"};

void EmitFollowed(const Part& part, Emitter& emitter) {
  if (part.facts.topic.followed) {
    emitter.Sample(
        {part.section.cluster, part.section.instance, part.facts.topic.name},
        part.facts.from_topic && IsFresh(part.facts.topic.tailed, emitter.now()) ? 1 : 0);
  }
}

void EmitCompacted(const Part& part, Emitter& emitter) {
  const RegistryTopicFacts& topic = part.facts.topic;
  const Section& section = part.section;
  if (!topic.name.empty() &&
      emitter.Known(topic.policy, {section.cluster, section.instance, topic.name})) {
    emitter.Sample({section.cluster, section.instance, topic.name}, topic.compacted() ? 1 : 0);
  }
}

template <uint64_t RegistryTopicFacts::* kMember>
void EmitTopicCount(const Part& part, Emitter& emitter) {
  const RegistryTopicFacts& topic = part.facts.topic;
  const Section& section = part.section;
  if (topic.followed &&
      emitter.Known(topic.tailed, {section.cluster, section.instance, topic.name})) {
    emitter.Sample({section.cluster, section.instance, topic.name},
                   static_cast<double>(topic.*kMember));
  }
}

constexpr std::string_view kTail = "the registry's topic";

/// A row with a series a topic.
constexpr Metric Of(std::string_view name, std::string_view help, std::string_view source,
                    void (*emit)(const View&, Emitter&)) {
  return {.info = {.name = name, .help = help, .labels = kTopic, .source = source}, .emit = emit};
}

constexpr std::array kRows{
    Of("kafka_schema_registry_topic_followed",
       "1 if the registry's topic tells its subjects, 0 if the nodes do because it cannot be read; "
       "no series without `topic`",
       kTail, Each<EmitFollowed>),
    Of("kafka_schema_registry_topic_compacted",
       "1 if the registry's topic has cleanup.policy compact, 0 if schemas vanish when they are "
       "old",
       "DescribeConfigs", Each<EmitCompacted>),
    Of("kafka_schema_registry_topic_records", "Records read since the topic was begun", kTail,
       Each<EmitTopicCount<&RegistryTopicFacts::records>>),
    Of("kafka_schema_registry_topic_unreadable_records",
       "Of these, records that are none of a registry's", kTail,
       Each<EmitTopicCount<&RegistryTopicFacts::unreadable>>),
};

}  // namespace

Table SchemaRegistryTopicRows() {
  return kRows;
}

}  // namespace klaxon::metrics
