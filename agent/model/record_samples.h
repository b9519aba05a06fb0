#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/model/answer.h"
#include "agent/model/derived.h"
#include "agent/model/entity.h"
#include "agent/model/section.h"
#include "agent/model/wire_verdict.h"

/// How the newest records of chosen topics carry their schema: what was found in them, and what
/// analysis makes of it with what a registry tells. Neither holds what the records say.
namespace klaxon {

inline constexpr size_t kRecordParts = 2;

constexpr size_t IndexOf(RecordPart part) {
  return static_cast<size_t>(part);
}

constexpr size_t IndexOf(WireKind kind) {
  return static_cast<size_t>(kind);
}

/// Records whose first bytes say the same.
struct WireCount {
  WirePrefix prefix{};  ///< of one of them, the newest that was read
  uint64_t records = 0;
  int32_t partition = 0;  ///< where that one is
  int64_t offset = 0;
};

/// The keys or the values of the records sampled from a topic.
struct SampledPart {
  std::vector<WireCount> counts{};  ///< kMostWireCounts at most
  uint64_t uncounted = 0;           ///< records that say something else again
};

inline constexpr size_t kMostWireCounts = 64;

struct SampledTopic {
  EntityRef entity{};
  uint64_t records = 0;  ///< of the newest sample: the last few of some partitions
  std::array<SampledPart, kRecordParts> parts{};  ///< by IndexOf
  /// Of the above. Null: it was never sampled; its error says why the newest attempt failed.
  AnswerRef sampled{};
};

struct RecordSampleFacts final : Facts {
  std::vector<SampledTopic> topics{};  ///< those chosen that there are, by name
  AnswerRef listed{};                  ///< of their names
};

/// What a WireCount amounts to.
struct WireFinding {
  WireVerdict verdict{};
  size_t count = 0;  ///< index into SampledPart::counts
};

/// The keys or the values of a topic's sample, judged.
struct JudgedSample {
  std::array<uint64_t, kWireKinds> records{};  ///< by WireKind
  std::vector<WireFinding> findings{};         ///< parallel to SampledPart::counts

  uint64_t Of(WireGrade grade) const;
  WireKind MostFrequent() const;  ///< kNull if there are none
};

struct SchemaIndex;  // agent/analysis

struct RecordSamplesDerived final : Derived {
  std::vector<std::array<JudgedSample, kRecordParts>> topics{};  ///< parallel to the facts

  /// The registries' lists that it was judged by, and whether they could be believed.
  std::vector<std::pair<AnswerRef, bool>> judged_by{};
  std::shared_ptr<const SchemaIndex> index{};
  /// Ids that a registry, asked after records with them were read, did not have. Bounded.
  std::set<int32_t> absent{};
};

/// What is wrong with a sample, a sentence each, the most frequent first: "records of orders-value
/// carry their id little-endian: 23 reads as 385875968 (7 of 10 records; partition 1, offset 41)".
/// What is in no registry's format is wrong only beside records that are.
std::vector<std::string> WireTroubles(std::string_view topic, RecordPart part,
                                      const SampledPart& sampled, const JudgedSample& judged);

}  // namespace klaxon
