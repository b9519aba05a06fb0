#include "agent/analysis/record_samples.h"

namespace klaxon::analysis {
namespace {

JudgedSample JudgeOne(const SampledPart& part, const SchemaKnowledge& known) {
  JudgedSample judged;
  judged.findings.reserve(part.counts.size());
  for (size_t i = 0; i < part.counts.size(); ++i) {
    WireVerdict verdict = Judge(part.counts[i].prefix, known);
    judged.records.at(IndexOf(verdict.kind)) += part.counts[i].records;
    judged.findings.push_back({.verdict = std::move(verdict), .count = i});
  }
  return judged;
}

}  // namespace

std::shared_ptr<const RecordSamplesDerived> JudgeSamples(const RecordSampleFacts& facts,
                                                         const SchemaKnowledge& known) {
  auto derived = std::make_shared<RecordSamplesDerived>();
  derived->topics.reserve(facts.topics.size());
  for (const SampledTopic& topic : facts.topics) {
    derived->topics.push_back({JudgeOne(topic.parts[0], known), JudgeOne(topic.parts[1], known)});
  }
  return derived;
}

}  // namespace klaxon::analysis
