#include "agent/model/view.h"

#include <algorithm>
#include <cstdlib>

namespace klaxon {

std::string_view Name(LagState state) {
  switch (state) {
    case LagState::kKnown:
      return "known";
    case LagState::kNoCommit:
      return "no_commit";
    case LagState::kNoEndOffset:
      return "no_end_offset";
    case LagState::kNoTopic:
      return "no_topic";
    case LagState::kBeyondEnd:
      return "beyond_end";
  }
  std::abort();
}

namespace {

template <class Part>
std::vector<Part> PartsOf(const View& view) {
  std::vector<Part> parts;
  for (const ViewPart& candidate : view.parts) {
    if (const std::optional<Part> part = PartOf<Part>(candidate)) {
      parts.push_back(*part);
    }
  }
  return parts;
}

/// What recovery thinks of the same Connect cluster.
const RecoveryFacts* RecoveryOf(const View& view, const Section& connect) {
  for (const ViewPart& part : view.parts) {
    const auto* facts = dynamic_cast<const RecoveryFacts*>(part.section->facts.get());
    if (facts != nullptr && part.section->cluster == connect.cluster &&
        part.section->instance == connect.instance) {
      return facts;
    }
  }
  return nullptr;
}

}  // namespace

std::vector<KafkaPart> KafkaParts(const View& view) {
  return PartsOf<KafkaPart>(view);
}

std::vector<ConnectPart> ConnectParts(const View& view) {
  std::vector<ConnectPart> parts = PartsOf<ConnectPart>(view);
  for (ConnectPart& part : parts) {
    part.recovery = RecoveryOf(view, part.section);
  }
  return parts;
}

std::vector<SchemaRegistryPart> SchemaRegistryParts(const View& view) {
  return PartsOf<SchemaRegistryPart>(view);
}

std::vector<RestProxyPart> RestProxyParts(const View& view) {
  return PartsOf<RestProxyPart>(view);
}

std::vector<ZookeeperPart> ZookeeperParts(const View& view) {
  return PartsOf<ZookeeperPart>(view);
}

std::vector<RecordSamplesPart> RecordSamplesParts(const View& view) {
  return PartsOf<RecordSamplesPart>(view);
}

MonoTime NextExpiry(const View& view) {
  MonoTime next = MonoTime::max();
  for (const ViewPart& part : view.parts) {
    if (part.section->facts == nullptr) {
      continue;
    }
    for (const AnswerRef& answer : part.section->facts->answers) {
      if (answer != nullptr && IsFresh(answer, view.now)) {
        next = std::min(next, ExpiryOf(*answer));
      }
    }
  }
  return next;
}

}  // namespace klaxon
