#include "agent/model/schema_registry_facts.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace klaxon {

std::string_view Name(RegistryKind kind) {
  switch (kind) {
    case RegistryKind::kUnknown:
      return "unknown";
    case RegistryKind::kConfluent:
      return "confluent";
    case RegistryKind::kKarapace:
      return "karapace";
    case RegistryKind::kApicurio:
      return "apicurio";
  }
  std::abort();
}

std::string_view Name(RegistryNodeState state) {
  switch (state) {
    case RegistryNodeState::kUnknown:
      return "unknown";
    case RegistryNodeState::kServing:
      return "serving";
    case RegistryNodeState::kNotServing:
      return "not_serving";
    case RegistryNodeState::kUnreachable:
      return "unreachable";
  }
  std::abort();
}

std::string_view Name(UnreadablePart part) {
  switch (part) {
    case UnreadablePart::kVersions:
      return "versions";
    case UnreadablePart::kSettings:
      return "settings";
    case UnreadablePart::kLeftOut:
      return "left_out";
  }
  std::abort();
}

bool UnreadableSubjects::MayHold(std::string_view name) const {
  size_t kept = 0;
  for (const UnreadableSubject& subject : subjects) {
    const bool hidden = subject.part != UnreadablePart::kSettings;
    kept += hidden ? 1 : 0;
    if (hidden && subject.name == name) {
      return true;
    }
  }
  return kept < Count(UnreadablePart::kVersions) + Count(UnreadablePart::kLeftOut);
}

std::string ToString(const SchemaHash& hash) {
  return fmt::format("{:016x}{:016x}", hash.high, hash.low);
}

bool SubjectFacts::deleted() const {
  return std::ranges::all_of(versions, &SchemaVersionFacts::deleted);
}

// QualifiedSubject of confluentinc/schema-registry: ":.context:subject".
std::string_view ContextOf(std::string_view subject) {
  if (!subject.starts_with(":.")) {
    return {};
  }
  const size_t end = subject.find(':', 1);
  const std::string_view context =
      end == std::string_view::npos ? std::string_view() : subject.substr(1, end - 1);
  return context == "." ? std::string_view() : context;
}

std::string_view NameInContext(std::string_view subject) {
  const size_t end = subject.starts_with(":.") ? subject.find(':', 1) : std::string_view::npos;
  return end == std::string_view::npos ? subject : subject.substr(end + 1);
}

}  // namespace klaxon
