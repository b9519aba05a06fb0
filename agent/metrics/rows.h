#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
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

template <class Part>
inline constexpr std::string_view kCollectorOf{};
template <>
inline constexpr std::string_view kCollectorOf<KafkaPart> = kKafkaCollector;
template <>
inline constexpr std::string_view kCollectorOf<ConnectPart> = kConnectCollector;
template <>
inline constexpr std::string_view kCollectorOf<SchemaRegistryPart> = kSchemaRegistryCollector;
template <>
inline constexpr std::string_view kCollectorOf<RestProxyPart> = kRestProxyCollector;
template <>
inline constexpr std::string_view kCollectorOf<ZookeeperPart> = kZookeeperCollector;
template <>
inline constexpr std::string_view kCollectorOf<RecordSamplesPart> = kRecordSamplesCollector;

template <class Part>
void EmitEach(const View& view, Emitter& emitter, void (*emit)(const Part&, Emitter&)) {
  for (const ViewPart& candidate : view.parts) {
    const Section& section = *candidate.section;
    if (const std::optional<Part> part = PartOf<Part>(candidate)) {
      emit(*part, emitter);
    } else if (section.collector != kCollectorOf<Part>) {
      continue;
    } else if (section.instance.empty()) {
      emitter.Unknown(nullptr, {section.cluster});
    } else {
      emitter.Unknown(nullptr, {section.cluster, section.instance});
    }
  }
}

/// Makes a row of what one source emits: `kEmit` takes its kind of part and the emitter. A source
/// that never answered is unknown as a whole.
template <auto kEmit>
void Each(const View& view, Emitter& emitter) {
  EmitEach(view, emitter, kEmit);
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
