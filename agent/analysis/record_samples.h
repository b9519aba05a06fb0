#pragma once

#include <memory>

#include "agent/model/record_samples.h"

namespace klaxon::analysis {

/// Judges every sample by what is known of schemas. Pure.
std::shared_ptr<const RecordSamplesDerived> JudgeSamples(const RecordSampleFacts& facts,
                                                         const SchemaKnowledge& known);

}  // namespace klaxon::analysis
