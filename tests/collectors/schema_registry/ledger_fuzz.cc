// Any records of a registry's topic: what they come to stays within bounds and in order. The
// input's lines are keys and values in turn; a value "-" is a tombstone.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "collectors/schema_registry/ledger.h"

namespace {

void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

std::string_view TakeLine(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(line.size() == text.size() ? line.size() : line.size() + 1);
  return line;
}

void Check(const klaxon::SubjectFacts& subject) {
  Require(!subject.versions.empty());
  for (size_t i = 0; i < subject.versions.size(); ++i) {
    Require(subject.versions[i].schema != nullptr && subject.versions[i].schema->id > 0);
    Require(subject.versions[i].version > (i == 0 ? 0 : subject.versions[i - 1].version));
  }
  Require(subject.compatibility && subject.mode);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes as text
  std::string_view text(reinterpret_cast<const char*>(data), size);
  klaxon::schema_registry_collector::Ledger ledger;
  while (!text.empty()) {
    const std::string_view key = TakeLine(text);
    const std::string_view value = TakeLine(text);
    (void)ledger.Apply(key, value == "-" ? std::nullopt : std::optional(value), true);
  }
  Require(ledger.unreadable() <= ledger.records());
  size_t versions = 0;
  for (const klaxon::SubjectRef& subject : ledger.book().Publish()->subjects) {
    Check(*subject);
    versions += subject->versions.size();
  }
  Require(versions == ledger.book().versions());
  return 0;
}
