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
  kVersionLost,    ///< a version vanished that was not deleted softly first
  kSubjectsLost,   ///< most subjects vanished at once
  kMaxIdFell,      ///< ids are given out a second time
  kNodesDisagree,  ///< two nodes tell different things, and go on doing so
};

inline constexpr size_t kIntegrityKinds = 5;

/// "id_changed", "version_lost", "subjects_lost", "max_id_fell", "nodes_disagree".
std::string_view Name(IntegrityKind kind);

struct IntegrityViolation {
  IntegrityKind kind = IntegrityKind::kIdChanged;
  Instant at{};        ///< when analysis saw it
  std::string what{};  ///< one sentence
};

struct RegistryCounts {
  size_t subjects = 0;  ///< not deleted, as the next but one
  size_t deleted_subjects = 0;
  size_t versions = 0;
  size_t deleted_versions = 0;
  size_t dangling = 0;                     ///< references to what is deleted or not there
  std::map<std::string, size_t> types{};   ///< ids by type of schema
  std::map<std::string, size_t> levels{};  ///< subjects by the compatibility that holds for them
};

/// An id and a schema it has stood for.
struct KnownSchema {
  std::string context{};
  int32_t id = 0;
  SchemaHash hash{};
};

struct SchemaRegistryDerived final : Derived {
  RegistryCounts counts{};
  std::vector<std::string> dangling{};  ///< the first of them, in words

  /// Subjects named after a topic that is not there; nullopt: the topics are not known.
  std::optional<std::vector<std::string>> orphans{};
  AnswerRef orphans_of{};  ///< the topics' answer that they come from

  std::vector<IntegrityViolation> violations{};  ///< the newest, oldest first
  std::array<uint64_t, kIntegrityKinds> violation_totals{};

  /// Every id that was ever seen, with every schema it stood for; by context and id.
  std::shared_ptr<const std::vector<KnownSchema>> known{};
  std::optional<int32_t> highest_max_id{};
  bool max_id_was_low = false;  ///< in the poll before; one alone may be a node that is behind

  uint64_t registered_total = 0;  ///< versions that appeared since the start
  /// When versions appeared in which subject, the last hour's; bounded.
  std::vector<std::pair<MonoTime, EntityRef>> registered{};
};

}  // namespace klaxon
