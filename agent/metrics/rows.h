#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "agent/metrics/writer.h"
#include "agent/model/view.h"

/// What the files of rows share; not for others.
namespace klaxon::metrics {

/// The `collector` of a Section that each kind of facts comes from.
inline constexpr std::string_view kKafkaCollector = "kafka";
inline constexpr std::string_view kConnectCollector = "connect";
inline constexpr std::string_view kSchemaRegistryCollector = "schema_registry";
inline constexpr std::string_view kRestProxyCollector = "rest_proxy";
inline constexpr std::string_view kZookeeperCollector = "zookeeper";
inline constexpr std::string_view kRecordSamplesCollector = "record_samples";

/// A whole number as a label value, without an allocation.
class NumberText {
 public:
  explicit NumberText(int32_t number)
      : size_(static_cast<size_t>(
            std::to_chars(text_.data(), text_.data() + text_.size(), number).ptr - text_.data())) {}

  // NOLINTNEXTLINE(google-explicit-constructor): it stands where a label value stands
  operator std::string_view() const { return {text_.data(), size_}; }

 private:
  std::array<char, 12> text_{};  // "-2147483648"
  size_t size_;
};

/// One series a state: 1 for the state that is, 0 for the others. A word that is not among the
/// known ones gets a series of its own, so that a state that a newer Kafka brings is not lost.
template <class EmitState>
void EmitStates(std::span<const std::string_view> known, std::string_view now, EmitState&& emit) {
  bool found = false;
  for (const std::string_view state : known) {
    emit(state, state == now ? 1.0 : 0.0);
    found = found || state == now;
  }
  if (!found) {
    emit(now, 1.0);
  }
}

/// Makes a row of what one Kafka cluster emits. A cluster that never answered is unknown as a
/// whole.
template <void (*kEmit)(const KafkaPart&, Emitter&)>
void EachKafka(const View& view, Emitter& emitter) {
  for (const ViewPart& part : view.parts) {
    const auto* facts = dynamic_cast<const KafkaFacts*>(part.section->facts.get());
    const auto* derived = dynamic_cast<const KafkaDerived*>(part.derived.get());
    if (facts != nullptr && derived != nullptr) {
      kEmit({.section = *part.section, .facts = *facts, .derived = *derived}, emitter);
    } else if (part.section->collector == kKafkaCollector) {
      emitter.Unknown(nullptr, {part.section->cluster});
    }
  }
}

/// The same for a Connect cluster.
template <void (*kEmit)(const ConnectPart&, Emitter&)>
void EachConnect(const View& view, Emitter& emitter) {
  for (const ViewPart& part : view.parts) {
    const auto* facts = dynamic_cast<const ConnectFacts*>(part.section->facts.get());
    const auto* derived = dynamic_cast<const ConnectDerived*>(part.derived.get());
    if (facts != nullptr && derived != nullptr) {
      kEmit({.section = *part.section, .facts = *facts, .derived = *derived}, emitter);
    } else if (part.section->collector == kConnectCollector) {
      emitter.Unknown(nullptr, {part.section->cluster, part.section->instance});
    }
  }
}

/// The same for a schema registry.
template <void (*kEmit)(const SchemaRegistryPart&, Emitter&)>
void EachRegistry(const View& view, Emitter& emitter) {
  for (const ViewPart& part : view.parts) {
    const auto* facts = dynamic_cast<const SchemaRegistryFacts*>(part.section->facts.get());
    const auto* derived = dynamic_cast<const SchemaRegistryDerived*>(part.derived.get());
    if (facts != nullptr && derived != nullptr) {
      kEmit({.section = *part.section, .facts = *facts, .derived = *derived}, emitter);
    } else if (part.section->collector == kSchemaRegistryCollector) {
      emitter.Unknown(nullptr, {part.section->cluster, part.section->instance});
    }
  }
}

/// The same for a REST proxy.
template <void (*kEmit)(const RestProxyPart&, Emitter&)>
void EachRestProxy(const View& view, Emitter& emitter) {
  for (const ViewPart& part : view.parts) {
    const auto* facts = dynamic_cast<const RestProxyFacts*>(part.section->facts.get());
    const auto* derived = dynamic_cast<const RestProxyDerived*>(part.derived.get());
    if (facts != nullptr && derived != nullptr) {
      kEmit({.section = *part.section, .facts = *facts, .derived = *derived}, emitter);
    } else if (part.section->collector == kRestProxyCollector) {
      emitter.Unknown(nullptr, {part.section->cluster, part.section->instance});
    }
  }
}

/// The same for a ZooKeeper ensemble.
template <void (*kEmit)(const ZookeeperPart&, Emitter&)>
void EachZookeeper(const View& view, Emitter& emitter) {
  for (const ViewPart& part : view.parts) {
    const auto* facts = dynamic_cast<const ZookeeperFacts*>(part.section->facts.get());
    const auto* derived = dynamic_cast<const ZookeeperDerived*>(part.derived.get());
    if (facts != nullptr && derived != nullptr) {
      kEmit({.section = *part.section, .facts = *facts, .derived = *derived}, emitter);
    } else if (part.section->collector == kZookeeperCollector) {
      emitter.Unknown(nullptr, {part.section->cluster});
    }
  }
}

/// The same for the sampled records of a Kafka cluster.
template <void (*kEmit)(const RecordSamplesPart&, Emitter&)>
void EachRecordSamples(const View& view, Emitter& emitter) {
  for (const ViewPart& part : view.parts) {
    const auto* facts = dynamic_cast<const RecordSampleFacts*>(part.section->facts.get());
    const auto* derived = dynamic_cast<const RecordSamplesDerived*>(part.derived.get());
    if (facts != nullptr && derived != nullptr) {
      kEmit({.section = *part.section, .facts = *facts, .derived = *derived}, emitter);
    } else if (part.section->collector == kRecordSamplesCollector) {
      emitter.Unknown(nullptr, {part.section->cluster});
    }
  }
}

// The parts of ConnectTable(), in its order, behind those of connect.cc.
Table ConnectWorkerRows();
Table ConnectVerdictRows();

// The last part of SchemaRegistryTable().
Table SchemaRegistryTopicRows();

// The first part of ZookeeperTable().
Table ZookeeperEnsembleRows();

// The parts of KafkaTable(), in its order.
Table KafkaClusterRows();
Table KafkaTopicRows();
Table KafkaGroupRows();

}  // namespace klaxon::metrics
