#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/model/derived.h"
#include "agent/model/schema_registry_facts.h"

/// What follows from the facts of a schema registry, and from those of before.
namespace klaxon {

/// What must never happen to a registry, because records are then read with the wrong schema or
/// not at all.
enum class IntegrityKind : uint8_t {
  kIdChanged,      ///< an id stands for another schema than before, or for two
  kVersionLost,    ///< the topic shows that a version vanished that was not deleted softly first
  kSubjectsLost,   ///< most subjects vanished at once
  kMaxIdFell,      ///< ids are given out a second time
  kNodesDisagree,  ///< two nodes tell different things, and go on doing so
  kNotCompacted,   ///< the topic's records are deleted when they are old
};

inline constexpr size_t kIntegrityKinds = 6;

/// "id_changed", "version_lost", "subjects_lost", "max_id_fell", "nodes_disagree",
/// "not_compacted".
std::string_view Name(IntegrityKind kind);

struct IntegrityViolation {
  IntegrityKind kind = IntegrityKind::kIdChanged;
  Instant at{};        ///< when analysis saw it last
  std::string what{};  ///< one sentence
  Instant first{};     ///< when it saw the first of those that were equal
  size_t times = 1;    ///< how many there were
};

struct RegistryCounts {
  size_t subjects = 0;  ///< not deleted, as the next but one
  size_t deleted_subjects = 0;
  size_t versions = 0;
  size_t deleted_versions = 0;
  size_t vanished = 0;  ///< of the deleted subjects, those whose kind of deletion is not known
  size_t dangling = 0;  ///< references to what is deleted or not there
  /// Ids of the default context below the highest that no version has: deleted for good, lost, or
  /// never given out.
  size_t unused_ids = 0;
  std::map<std::string, size_t> types{};   ///< ids by type of schema
  std::map<std::string, size_t> levels{};  ///< subjects by the compatibility that holds for them
};

/// An id and a schema it has stood for.
struct KnownSchema {
  std::string context{};
  int32_t id = 0;
  SchemaHash hash{};
};

/// The node that takes writes, as the nodes' group in Kafka says.
struct RegistryLeader {
  std::string group{};
  std::string url{};  ///< as it advertises itself; empty: nobody leads
  std::optional<size_t>
      node{};  ///< in SchemaRegistryFacts::nodes; nullopt: none that is configured
  size_t members = 0;
  bool same_address = false;  ///< two nodes advertise the same one, so none leads
  bool eligible = true;       ///< false: it leads and may not (Karapace when nobody may)
  bool settled = false;       ///< the group is stable; false: it is choosing

  friend bool operator==(const RegistryLeader&, const RegistryLeader&) = default;
};

struct SchemaRegistryDerived final : Derived {
  RegistryCounts counts{};
  std::vector<std::string> dangling{};  ///< the first of them, in words

  /// Subjects named after a topic that is not there; nullopt: the topics are not known.
  std::optional<std::vector<std::string>> orphans{};
  AnswerRef orphans_of{};  ///< the topics' answer that they come from

  /// The first offset of the topic; above 0, records of it were deleted. nullopt: not known.
  std::optional<int64_t> topic_begins{};

  std::optional<RegistryLeader> leader{};    ///< nullopt: no such group is known
  AnswerRef led{};                           ///< of `leader`; null with it
  std::optional<std::string> last_leader{};  ///< its URL when the group was last settled

  std::vector<IntegrityViolation> violations{};  ///< the newest, oldest first
  std::array<uint64_t, kIntegrityKinds> violation_totals{};

  /// Every id that was ever seen, with every schema it stood for; by context and id.
  std::shared_ptr<const std::vector<KnownSchema>> known{};
  std::optional<int32_t> highest_max_id{};
  bool max_id_was_low = false;  ///< in the poll before; one alone may be a node that is behind

  std::string replaced{};  ///< how another registry came to answer, in words; empty: it did not
  Instant replaced_at{};

  uint64_t registered_total = 0;  ///< versions that appeared since the start
  /// When versions appeared in which subject, the last hour's; bounded.
  std::vector<std::pair<MonoTime, EntityRef>> registered{};
};

/// Whether a node of `facts` takes the writes: as the group says, or, where it is not known, as the
/// node itself does. nullopt: nobody tells.
std::optional<bool> Leads(const SchemaRegistryFacts& facts, const SchemaRegistryDerived& derived,
                          const RegistryNodeFacts& node, const Instant& now);

}  // namespace klaxon
