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

std::vector<KafkaPart> KafkaParts(const View& view) {
  std::vector<KafkaPart> parts;
  for (const ViewPart& part : view.parts) {
    const auto* facts = dynamic_cast<const KafkaFacts*>(part.section->facts.get());
    const auto* derived = dynamic_cast<const KafkaDerived*>(part.derived.get());
    if (facts != nullptr && derived != nullptr) {
      parts.push_back({.section = *part.section, .facts = *facts, .derived = *derived});
    }
  }
  return parts;
}

namespace {

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

std::vector<ConnectPart> ConnectParts(const View& view) {
  std::vector<ConnectPart> parts;
  for (const ViewPart& part : view.parts) {
    const auto* facts = dynamic_cast<const ConnectFacts*>(part.section->facts.get());
    const auto* derived = dynamic_cast<const ConnectDerived*>(part.derived.get());
    if (facts != nullptr && derived != nullptr) {
      parts.push_back({.section = *part.section,
                       .facts = *facts,
                       .derived = *derived,
                       .recovery = RecoveryOf(view, *part.section)});
    }
  }
  return parts;
}

std::vector<SchemaRegistryPart> SchemaRegistryParts(const View& view) {
  std::vector<SchemaRegistryPart> parts;
  for (const ViewPart& part : view.parts) {
    const auto* facts = dynamic_cast<const SchemaRegistryFacts*>(part.section->facts.get());
    const auto* derived = dynamic_cast<const SchemaRegistryDerived*>(part.derived.get());
    if (facts != nullptr && derived != nullptr) {
      parts.push_back({.section = *part.section, .facts = *facts, .derived = *derived});
    }
  }
  return parts;
}

std::vector<RestProxyPart> RestProxyParts(const View& view) {
  std::vector<RestProxyPart> parts;
  for (const ViewPart& part : view.parts) {
    const auto* facts = dynamic_cast<const RestProxyFacts*>(part.section->facts.get());
    const auto* derived = dynamic_cast<const RestProxyDerived*>(part.derived.get());
    if (facts != nullptr && derived != nullptr) {
      parts.push_back({.section = *part.section, .facts = *facts, .derived = *derived});
    }
  }
  return parts;
}

std::vector<ZookeeperPart> ZookeeperParts(const View& view) {
  std::vector<ZookeeperPart> parts;
  for (const ViewPart& part : view.parts) {
    const auto* facts = dynamic_cast<const ZookeeperFacts*>(part.section->facts.get());
    const auto* derived = dynamic_cast<const ZookeeperDerived*>(part.derived.get());
    if (facts != nullptr && derived != nullptr) {
      parts.push_back({.section = *part.section, .facts = *facts, .derived = *derived});
    }
  }
  return parts;
}

std::vector<RecordSamplesPart> RecordSamplesParts(const View& view) {
  std::vector<RecordSamplesPart> parts;
  for (const ViewPart& part : view.parts) {
    const auto* facts = dynamic_cast<const RecordSampleFacts*>(part.section->facts.get());
    const auto* derived = dynamic_cast<const RecordSamplesDerived*>(part.derived.get());
    if (facts != nullptr && derived != nullptr) {
      parts.push_back({.section = *part.section, .facts = *facts, .derived = *derived});
    }
  }
  return parts;
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
