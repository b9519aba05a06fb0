#include "agent/model/schema_registry_derived.h"

#include <cstdlib>

namespace klaxon {

std::string_view Name(IntegrityKind kind) {
  switch (kind) {
    case IntegrityKind::kIdChanged:
      return "id_changed";
    case IntegrityKind::kVersionLost:
      return "version_lost";
    case IntegrityKind::kSubjectsLost:
      return "subjects_lost";
    case IntegrityKind::kMaxIdFell:
      return "max_id_fell";
    case IntegrityKind::kNodesDisagree:
      return "nodes_disagree";
  }
  std::abort();
}

}  // namespace klaxon
