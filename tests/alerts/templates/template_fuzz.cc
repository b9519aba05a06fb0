// Any bytes as a template: it is refused or expanded, within its limits, and without an exception.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "alerts/templates/template.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace klaxon;             // NOLINT(google-build-using-namespace)
  using namespace klaxon::templates;  // NOLINT(google-build-using-namespace)
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Result<Template> read = Template::Parse("fuzz", text, {"$labels", "$value"});
  if (!read) return 0;
  const Value labels = Value::OfLabels({{"group", "orders"}, {"instance", "kafka-1:9092"}});
  const Execution execution{.html = size % 2 == 0,
                            .variables = {{"$labels", labels}, {"$value", 12345.678}}};
  const Environment environment{
      .query = [](const std::string& expression) -> Result<std::vector<Sample>> {
        return std::vector<Sample>{{{{"expression", expression}}, 1.5}};
      }};
  const Result<std::string> expanded = read->Expand(
      Value::OfMap({{"Labels", labels}, {"Value", 12345.678}}), execution, environment);
  if (expanded && expanded->size() > kLongestText) std::abort();
  return 0;
}
