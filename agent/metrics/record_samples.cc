#include "agent/metrics/rows.h"

/// How sampled records carry their schemas.
namespace klaxon::metrics {
namespace {

constexpr std::array<std::string_view, 4> kVerdict{"cluster", "topic", "part", "verdict"};
constexpr std::array<std::string_view, 3> kPart{"cluster", "topic", "part"};
constexpr std::array kParts{RecordPart::kKey, RecordPart::kValue};

/// Makes a row of what the keys or the values of one topic emit.
template <void (*kEmit)(const std::string& cluster, const SampledTopic&, RecordPart,
                        const JudgedSample&, Emitter&)>
void EachSample(const RecordSamplesPart& part, Emitter& emitter) {
  const std::string& cluster = part.section.cluster;
  for (size_t i = 0; i < part.facts.topics.size(); ++i) {
    const SampledTopic& topic = part.facts.topics[i];
    if (!emitter.Known(topic.sampled, {cluster, topic.entity->name})) {
      continue;
    }
    for (const RecordPart each : kParts) {
      kEmit(cluster, topic, each, part.derived.topics[i].at(IndexOf(each)), emitter);
    }
  }
}

void EmitVerdicts(const std::string& cluster, const SampledTopic& topic, RecordPart part,
                  const JudgedSample& judged, Emitter& emitter) {
  for (size_t i = 0; i < kWireKinds; ++i) {
    if (judged.records.at(i) > 0) {
      emitter.Sample({cluster, topic.entity->name, Name(part), Name(static_cast<WireKind>(i))},
                     static_cast<double>(judged.records.at(i)));
    }
  }
}

void EmitBad(const std::string& cluster, const SampledTopic& topic, RecordPart part,
             const JudgedSample& judged, Emitter& emitter) {
  const uint64_t bad = judged.Of(WireGrade::kBad);
  if (bad == 0 && judged.Of(WireGrade::kUnknown) > 0) {  // perhaps all of them are
    emitter.Unknown(topic.sampled, {cluster, topic.entity->name, Name(part)});
    return;
  }
  emitter.Sample({cluster, topic.entity->name, Name(part)}, static_cast<double>(bad));
}

constexpr std::string_view kSample = "sample of a topic's records";

constexpr std::array kRows{
    Metric{.info = {.name = "kafka_topic_sampled_records",
                    .help = "Newest records of a topic by how their key or value carries its "
                            "schema; `klaxon decode` has the verdicts in words; no series for 0",
                    .labels = kVerdict,
                    .source = kSample},
           .emit = Each<EachSample<EmitVerdicts>>},
    Metric{
        .info =
            {.name = "kafka_topic_sampled_records_unreadable",
             .help =
                 "Newest records of a topic whose key or value a consumer with the "
                 "registry's deserializer cannot read, or soon cannot (soft_deleted_id); no series "
                 "while the registry does not tell",
             .labels = kPart,
             .source = kSample},
        .emit = Each<EachSample<EmitBad>>},
};

}  // namespace

Table RecordSamplesTable() {
  return kRows;
}

}  // namespace klaxon::metrics
