// Any bytes as an answer of Kafka Connect: no exception, and what was read keeps its promises.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "agent/base/text.h"
#include "agent/connect/parse.h"
#include "agent/connect/root_cause.h"

namespace {

void Require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

void RequireLine(const std::string& text, size_t limit) {
  Require(text == klaxon::Printable(text, limit + 3));  // and "..."
}

void Check(const klaxon::connect::ConnectorStatus& connector) {
  RequireLine(connector.state, 40);
  RequireLine(connector.type, 40);
  RequireLine(connector.connector_class, 200);
  RequireLine(connector.root_cause, 400);
  Require(connector.has_status || connector.tasks.empty());
  for (const auto& task : connector.tasks) {
    Require(task.id >= 0);
    RequireLine(task.state, 40);
    RequireLine(task.worker, 200);
    RequireLine(task.root_cause, 400);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace klaxon::connect;  // NOLINT(google-build-using-namespace)
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  RequireLine(RootCause(bytes), 400);
  RequireLine(ErrorMessageIn(bytes), 200);
  if (const auto info = ParseWorkerInfo(bytes)) {
    Require(!info->version.empty());
  }
  if (const auto names = ParseNames(bytes)) {
    Require(std::is_sorted(names->begin(), names->end()));
  }
  if (const auto connectors = ParseConnectors(bytes)) {
    for (const ConnectorStatus& connector : *connectors) {
      Check(connector);
    }
  }
  return 0;
}
