#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/model/connect_derived.h"
#include "agent/model/connect_facts.h"
#include "agent/model/derived.h"
#include "agent/model/event.h"
#include "agent/model/kafka_facts.h"
#include "agent/model/record_samples.h"
#include "agent/model/recovery_facts.h"
#include "agent/model/rest_proxy_facts.h"
#include "agent/model/schema_registry_derived.h"
#include "agent/model/schema_registry_facts.h"
#include "agent/model/section.h"
#include "agent/model/zookeeper_ensemble.h"
#include "agent/model/zookeeper_facts.h"

namespace klaxon {

/// Why a lag is, or is not, known.
enum class LagState : uint8_t {
  kKnown,
  kNoCommit,     ///< the group's commits were not read for too long
  kNoEndOffset,  ///< the end of the partition was never read, or not for too long
  kNoTopic,      ///< the topic or partition is not there (any more)
  kBeyondEnd,    ///< committed beyond the end of the log: recreated topic, or data lost
};

/// "known", "no_commit", "no_end_offset", "no_topic", "beyond_end".
std::string_view Name(LagState state);

struct PartitionLag {
  int64_t lag = 0;  ///< records; >= 0; 0 unless kKnown
  LagState state = LagState::kNoEndOffset;
};

/// Lag of one group; the vectors run parallel to GroupFacts::topics and ::commits.
struct GroupLag {
  std::vector<std::vector<PartitionLag>> topics{};
  int64_t sum = 0;     ///< over the partitions whose lag is known
  int64_t worst = 0;   ///< largest of one partition
  size_t known = 0;    ///< partitions counted in `sum`
  size_t unknown = 0;  ///< committed partitions whose lag is not known
};

struct KafkaDerived final : Derived {
  std::vector<GroupLag> groups{};  ///< parallel to KafkaFacts::groups
};

/// A section with what was made of it.
struct ViewPart {
  SectionRef section{};
  /// The section as its collector published it, where analysis made another one of it: Connect's
  /// with the states of the status topic. Null: `section` is that one.
  SectionRef published{};
  std::shared_ptr<const Derived> derived{};  ///< null for kinds that analysis adds nothing to
};

/// Everything known at one moment. Immutable; everything that shows, exports, alerts or acts reads
/// one view and nothing else, and judges freshness by its `now`.
struct View {
  uint64_t version = 0;
  Instant now{};
  std::vector<ViewPart> parts{};  ///< in the order of the configuration
  std::shared_ptr<const EventRing> events = std::make_shared<EventRing>();
};

using ViewRef = std::shared_ptr<const View>;

/// What one source told, and what analysis made of it. REQUIRES: the view outlives it.
template <class FactsOfKind, class DerivedOfKind>
struct SourcePart {
  using Facts = FactsOfKind;
  using Derived = DerivedOfKind;

  const Section& section;
  const Facts& facts;
  const Derived& derived;
};

using KafkaPart = SourcePart<KafkaFacts, KafkaDerived>;
using SchemaRegistryPart = SourcePart<SchemaRegistryFacts, SchemaRegistryDerived>;
using RestProxyPart = SourcePart<RestProxyFacts, RestProxyDerived>;
using ZookeeperPart = SourcePart<ZookeeperFacts, ZookeeperDerived>;
/// The sampled records of one Kafka cluster.
using RecordSamplesPart = SourcePart<RecordSampleFacts, RecordSamplesDerived>;

/// A Connect cluster, with what recovery thinks of it.
struct ConnectPart {
  using Facts = ConnectFacts;
  using Derived = ConnectDerived;

  const Section& section;
  const ConnectFacts& facts;
  const ConnectDerived& derived;
  const RecoveryFacts* recovery = nullptr;  ///< null: nothing was decided yet
};

/// `part` as one of that kind; none if it is of another, or its source never answered.
template <class Part>
std::optional<Part> PartOf(const ViewPart& part) {
  const auto* facts = dynamic_cast<const typename Part::Facts*>(part.section->facts.get());
  const auto* derived = dynamic_cast<const typename Part::Derived*>(part.derived.get());
  if (facts == nullptr || derived == nullptr) {
    return std::nullopt;
  }
  return Part{.section = *part.section, .facts = *facts, .derived = *derived};
}

/// The parts that have facts of that kind, in order.
std::vector<KafkaPart> KafkaParts(const View& view);
std::vector<ConnectPart> ConnectParts(const View& view);
std::vector<SchemaRegistryPart> SchemaRegistryParts(const View& view);
std::vector<RestProxyPart> RestProxyParts(const View& view);
std::vector<ZookeeperPart> ZookeeperParts(const View& view);
std::vector<RecordSamplesPart> RecordSamplesParts(const View& view);

/// When the next answer in the view expires after view.now; MonoTime::max() if none does.
MonoTime NextExpiry(const View& view);

}  // namespace klaxon
