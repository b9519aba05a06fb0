// Any bytes as any answer of a registry: an error, or a value within bounds.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agent/registry/parse.h"
#include "agent/registry/schema_hash.h"

namespace {

void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes as text
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  using namespace klaxon::registry;  // NOLINT(google-build-using-namespace): all of it
  if (const auto versions = ParseVersions(body)) {
    for (size_t i = 0; i < versions->size(); ++i) {
      Require((*versions)[i] >= 0 && (i == 0 || (*versions)[i - 1] < (*versions)[i]));
    }
  }
  if (const auto schema = ParseVersion(body)) {
    Require(schema->version >= 0 && schema->id >= 0 && schema->type.size() <= 44);
    (void)HashOf(schema->text);
  }
  (void)ParseNames(body);
  (void)ParseSchemas(body);
  (void)ParseSchemaById(body);
  (void)ParseSubjectVersions(body);
  (void)ParseCompatibility(body);
  (void)ParseMode(body);
  (void)ParseServerVersion(body);
  (void)ParseIds(body);
  (void)ParseKarapaceHealth(body);
  Require(ParseErrorBody(body).message.find('\n') == std::string::npos);
  return 0;
}
