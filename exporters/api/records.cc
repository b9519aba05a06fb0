#include "exporters/api/documents.h"
#include "exporters/api/json.h"

namespace klaxon::api {
namespace {

Json Verdicts(const JudgedSample& judged) {
  Json verdicts = Json::object();
  for (size_t i = 0; i < kWireKinds; ++i) {
    if (judged.records.at(i) > 0) {
      verdicts[std::string(Name(static_cast<WireKind>(i)))] = judged.records.at(i);
    }
  }
  return verdicts;
}

Json Sample(const SampledTopic& topic, RecordPart part, const JudgedSample& judged) {
  const SampledPart& sampled = topic.parts.at(IndexOf(part));
  Json troubles = Json::array();
  for (const std::string& trouble : WireTroubles(topic.entity->name, part, sampled, judged)) {
    troubles.push_back(Text(trouble));
  }
  Json ids = Json::array();
  for (const WireFinding& finding : judged.findings) {
    const WireCount& count = sampled.counts[finding.count];
    if (count.prefix.shape == WireShape::kSchemaId) {
      ids.push_back(
          {{"id", count.prefix.id},
           {"verdict", Name(finding.verdict.kind)},
           {"meant_id", finding.verdict.meant < 0 ? Json(nullptr) : Json(finding.verdict.meant)},
           {"records", count.records},
           {"partition", count.partition},
           {"offset", count.offset}});
    }
  }
  return {{"verdicts", Verdicts(judged)},
          {"uncounted", sampled.uncounted},
          {"troubles", std::move(troubles)},
          {"ids", std::move(ids)}};
}

Json Topic(const SampledTopic& topic, const std::array<JudgedSample, kRecordParts>& judged,
           const std::string& cluster, const Instant& now) {
  Json document{{"cluster", Text(cluster)},
                {"topic", Text(topic.entity->name)},
                {"as_of", AsOf(topic.sampled, now)},
                {"records", IfFresh(topic.sampled, now, [&] { return topic.records; })}};
  for (const RecordPart part : {RecordPart::kKey, RecordPart::kValue}) {
    document[std::string(Name(part))] =
        IfFresh(topic.sampled, now, [&] { return Sample(topic, part, judged.at(IndexOf(part))); });
  }
  return document;
}

}  // namespace

std::string RecordsDocument(const View& view, const Instant& now,
                            const std::optional<std::string>& cluster) {
  Json topics = Json::array();
  for (const RecordSamplesPart& part : RecordSamplesParts(view)) {
    for (size_t i = 0; i < part.facts.topics.size(); ++i) {
      if (!cluster || *cluster == part.section.cluster) {
        topics.push_back(
            Topic(part.facts.topics[i], part.derived.topics[i], part.section.cluster, now));
      }
    }
  }
  return Dump({{"topics", std::move(topics)}});
}

}  // namespace klaxon::api
