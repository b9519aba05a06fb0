#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "agent/model/record_samples.h"
#include "agent/model/schema_registry_facts.h"

namespace klaxon::analysis {

/// What is known of schemas when a topic's sample is judged.
using KnowledgeOf = std::function<SchemaKnowledge(const SampledTopic&)>;

/// Judges every sample. Pure.
std::shared_ptr<RecordSamplesDerived> JudgeSamples(const RecordSampleFacts& facts,
                                                   const KnowledgeOf& known);

/// Judges the samples of a cluster by the registries that are watched beside it. An id is called
/// unknown only when every registry was listed whole after the record was read: a schema that was
/// registered a moment ago is no fault. GUIDs are not in the lists and stay unresolved.
/// `before`: what this made of the samples the last time; null: nothing.
std::shared_ptr<const RecordSamplesDerived> AdvanceSamples(
    const std::shared_ptr<const RecordSamplesDerived>& before, bool same_facts,
    const RecordSampleFacts& facts, const std::vector<const SchemaRegistryFacts*>& registries,
    const Instant& now);

}  // namespace klaxon::analysis
