#include "agent/model/kafka_facts.h"

#include <cstdlib>

namespace klaxon {

std::string_view Name(GroupKind kind) {
  switch (kind) {
    case GroupKind::kClassic:
      return "classic";
    case GroupKind::kConsumer:
      return "consumer";
    case GroupKind::kShare:
      return "share";
    case GroupKind::kStreams:
      return "streams";
    case GroupKind::kUnknown:
      return "unknown";
  }
  std::abort();
}

std::string_view Name(MetadataProof proof) {
  switch (proof) {
    case MetadataProof::kProven:
      return "proven";
    case MetadataProof::kUnproven:
      return "unproven";
    case MetadataProof::kDoubtful:
      return "doubtful";
  }
  std::abort();
}

}  // namespace klaxon
