#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/answer.h"
#include "agent/model/entity.h"
#include "agent/model/section.h"

/// What the nodes of a schema registry say over Confluent's REST API, and what Karapace and
/// Apicurio answer to it. The words are the API's.
namespace klaxon {

enum class RegistryKind : uint8_t { kUnknown, kConfluent, kKarapace, kApicurio };

std::string_view Name(RegistryKind kind);  ///< "unknown", "confluent", "karapace", "apicurio"

enum class RegistryNodeState : uint8_t {
  kUnknown,      ///< it answers, but not as a schema registry does
  kServing,      ///< it answers what was asked
  kNotServing,   ///< it answers with an error of its own
  kUnreachable,  ///< no connection, or no answer in time
};

/// "unknown", "serving", "not_serving", "unreachable".
std::string_view Name(RegistryNodeState state);

/// Identifies a schema's text: the first half of its SHA-256.
struct SchemaHash {
  uint64_t high = 0;
  uint64_t low = 0;

  friend bool operator==(const SchemaHash&, const SchemaHash&) = default;
};

std::string ToString(const SchemaHash& hash);  ///< 32 hexadecimal digits

/// Another schema that a schema is built on.
struct SchemaReference {
  std::string name{};  ///< how the schema calls it
  std::string subject{};
  int32_t version = 0;

  friend bool operator==(const SchemaReference&, const SchemaReference&) = default;
};

/// A schema under its id. Immutable; shared by all versions that have it.
struct SchemaFacts {
  int32_t id = 0;      ///< unique within its context
  std::string type{};  ///< "AVRO", "JSON", "PROTOBUF"
  SchemaHash hash{};
  std::vector<SchemaReference> references{};

  friend bool operator==(const SchemaFacts&, const SchemaFacts&) = default;
};

using SchemaRef = std::shared_ptr<const SchemaFacts>;

struct SchemaVersionFacts {
  int32_t version = 0;
  bool deleted = false;  ///< softly: hidden, still answered when asked for by id
  SchemaRef schema{};    ///< never null
};

/// One subject. Immutable; the same object while nothing about it changes.
struct SubjectFacts {
  EntityRef entity{};  ///< its name, with the context in front: ":.eu:orders-value"
  std::vector<SchemaVersionFacts> versions{};  ///< ascending, at least one
  /// Of the highest version; null: too long to keep.
  std::shared_ptr<const std::string> latest_text{};
  /// Its own level and mode. nullopt: not read yet; empty: none, the registry's own holds.
  std::optional<std::string> compatibility{};
  std::optional<std::string> mode{};
  /// It left the list of subjects, and the list of deleted ones could not be read: whether softly
  /// or for good is not known. All its versions count as deleted.
  bool vanished = false;

  bool deleted() const;  ///< every version is, softly
};

using SubjectRef = std::shared_ptr<const SubjectFacts>;

/// The context of a subject: ":.eu:orders-value" is in ".eu"; others in "." (empty here).
std::string_view ContextOf(std::string_view subject);

/// Its name without the context.
std::string_view NameInContext(std::string_view subject);

/// Everything that is registered. Immutable; the same object while nothing changes.
struct RegistryInventory {
  std::vector<SubjectRef> subjects{};  ///< by name
};

/// What of a subject could not be read.
enum class UnreadablePart : uint8_t {
  kVersions,  ///< its versions or one of them; what was known of it before stays
  kSettings,  ///< its own level and mode
  kLeftOut,   ///< it is not kept at all: its name is odd, or there is too much
};

inline constexpr size_t kUnreadableParts = 3;

std::string_view Name(UnreadablePart part);  ///< "versions", "settings", "left_out"

struct UnreadableSubject {
  std::string name{};  ///< cut if it is too long to be one
  UnreadablePart part = UnreadablePart::kVersions;
  std::string why{};               ///< one line
  std::optional<Instant> since{};  ///< when that was first told; nullopt: left out
};

/// Subjects that the registry lists and does not tell. Immutable.
struct UnreadableSubjects {
  std::vector<UnreadableSubject> subjects{};  ///< the first of them, by name
  std::array<size_t, kUnreadableParts> counts{};

  size_t Count(UnreadablePart part) const { return counts.at(static_cast<size_t>(part)); }

  /// Whether nothing is known of its versions because they could not be read. Where not all names
  /// were kept, that cannot be ruled out of any.
  bool MayHold(std::string_view name) const;
};

/// What differs between the node that tells the facts and another one.
struct NodeComparison {
  size_t differences = 0;            ///< found now, of a sample
  std::vector<std::string> words{};  ///< the first of them, a line each
  std::optional<Instant> since{};    ///< of the first of the comparisons in a row that differed
  size_t in_a_row = 0;               ///< comparisons that differed; a node may be a moment behind
};

struct RegistryNodeFacts {
  EntityRef entity{};  ///< its URL as configured
  RegistryNodeState state = RegistryNodeState::kUnknown;
  std::string why{};           ///< one line, unless it serves
  AnswerRef polled{};          ///< of `state`: every poll brings one, also of a silent node
  double latency_seconds = 0;  ///< of GET /config
  AnswerRef told{};            ///< of latency, compatibility
  std::string compatibility{};
  std::string mode{};             ///< empty: see LacksModes
  AnswerRef mode_told{};          ///< of `mode`; null: it never told
  std::optional<bool> primary{};  ///< takes writes; nullopt: not told
  NodeComparison comparison{};
  AnswerRef compared{};  ///< of `comparison`; null: it tells the facts itself, or never was
  /// Why it could not be compared the last time it was its turn; empty: it was.
  std::string compare_failed{};

  bool Serves(const Instant& now) const {
    return state == RegistryNodeState::kServing && IsFresh(polled, now);
  }

  /// It said that it has no modes, and nothing else since.
  bool LacksModes() const { return mode.empty() && mode_told != nullptr && !mode_told->error; }
};

/// The topic that a registry keeps everything in, if it is known.
struct RegistryTopicFacts {
  std::string name{};       ///< empty: nothing is known of it
  bool followed = false;    ///< the configuration wants it to be; else only `policy` is known
  AnswerRef tailed{};       ///< it was read to its end; with the error: it cannot be
  uint64_t records = 0;     ///< read since it was begun
  uint64_t unreadable = 0;  ///< of these; none of a registry's
  /// Versions deleted for good that were not deleted softly, which no registry does: the first, and
  /// how many since it was begun.
  std::vector<std::string> lost{};
  uint64_t lost_total = 0;
  std::string cleanup_policy{};  ///< "compact", or what is wrong
  AnswerRef policy{};            ///< of `cleanup_policy`; null: not asked

  bool compacted() const { return cleanup_policy == "compact"; }
};

struct SchemaRegistryFacts final : Facts {
  RegistryKind kind = RegistryKind::kUnknown;
  std::string version{};                   ///< empty: not told
  std::vector<RegistryNodeFacts> nodes{};  ///< in the order of the configuration

  /// What the registry says of itself, Confluent's alone: the id of its Kafka cluster, and the name
  /// of the group of its nodes. Empty: not told.
  std::string kafka_cluster_id{};
  std::string registry_id{};
  AnswerRef identified{};   ///< of both; null: never told
  uint64_t registries = 1;  ///< how many answered there, one after the other; facts are of the last

  std::string compatibility{};  ///< of the whole registry: "BACKWARD", "NONE", ...
  AnswerRef settings{};         ///< of `compatibility`
  std::string mode{};           ///< "READWRITE", "READONLY", ...; empty: it has no modes
  AnswerRef mode_told{};        ///< of `mode`; null: not told yet

  std::shared_ptr<const RegistryInventory> inventory{};  ///< null: never listed
  AnswerRef listed{};                                    ///< of the names in `inventory`
  bool whole = false;   ///< every subject in it was read; false: the first scan goes on
  size_t unread = 0;    ///< subjects known by name alone, still to be read
  std::string stuck{};  ///< why the first scan does not go on; empty: it does, or is done
  std::shared_ptr<const UnreadableSubjects> unreadable{};  ///< null: none
  std::string listed_from{};  ///< URL of the node that told it, or "topic _schemas"
  bool from_topic = false;    ///< the topic tells the inventory, its settings and its highest id
  std::string incomplete{};   ///< why the list cannot be whole; empty: it is

  /// When the level and mode of a subject were read whose turn was longest ago; nullopt: not all
  /// were read yet.
  std::optional<Instant> subject_settings_at{};

  std::optional<int32_t> max_id{};  ///< the highest id given out, in the default context
  bool max_id_told = false;         ///< the registry says so; false: the highest that was seen
  AnswerRef max_id_answer{};

  std::vector<std::string> contexts{};  ///< ".", ".eu"; empty: not told

  RegistryTopicFacts topic{};

  uint64_t requests = 0;       ///< sent since the start
  uint64_t poll_requests = 0;  ///< of the last poll
};

}  // namespace klaxon
