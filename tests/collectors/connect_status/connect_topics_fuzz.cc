// Any records in the topics of a Connect cluster: no exception, and what is kept keeps its
// promises.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "agent/base/text.h"
#include "collectors/connect_status/configs.h"
#include "collectors/connect_status/states.h"

namespace {

using namespace klaxon;                            // NOLINT(google-build-using-namespace)
using namespace klaxon::connect_status_collector;  // NOLINT(google-build-using-namespace)

void Require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

void Check(const ConnectConfigs& configs) {
  Require(configs.changes.size() <= Configs::kMostChanges);
  uint64_t last = 0;
  for (const ConnectChange& change : configs.changes) {
    Require(change.sequence > last);
    last = change.sequence;
    for (const std::string_view line : Split(change.detail, '\n')) {
      Require(line == Printable(line, 1'000));
    }
  }
}

/// The next line of the input.
std::string_view TakeLine(std::string_view& bytes) {
  const size_t end = std::min(bytes.find('\n'), bytes.size());
  const std::string_view line = bytes.substr(0, end);
  bytes.remove_prefix(std::min(end + 1, bytes.size()));
  return line;
}

}  // namespace

/// Lines: a key, its value, a key, ...; an empty value is a tombstone, an empty key begins anew.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  States states;
  Configs configs;
  Configs before;
  while (!bytes.empty()) {
    const std::string_view key = TakeLine(bytes);
    const std::string_view value = TakeLine(bytes);
    const auto told = value.empty() ? std::nullopt : std::optional(value);
    if (key.empty()) {
      configs.Settle(before.settled() ? &before : nullptr);
      Check(*configs.Published());
      before = configs;
      configs = {};
    }
    states.Apply(key, told);
    configs.Apply(key, told, std::nullopt);
  }
  configs.Settle(&before);
  Check(*configs.Published());
  for (const auto& [name, row] : *states.Table()) {
    Require(!name.empty() && (row.own || !row.tasks.empty()));
  }
  return 0;
}
