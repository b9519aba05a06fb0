// Any bytes as an answer of Kafka Connect: no exception, and what was read keeps its promises.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "agent/base/mask.h"
#include "agent/base/text.h"
#include "agent/connect/connectors.h"
#include "agent/connect/json_value.h"
#include "agent/connect/parse.h"
#include "agent/connect/trace.h"
#include "agent/connect/version.h"

namespace {

void Require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

void RequireLine(const std::string& text, size_t limit) {
  Require(text == klaxon::Printable(text, limit + 3));  // and "..."
}

void Check(const klaxon::ConnectFailureRef& failure, const std::string& line) {
  Require((failure == nullptr) == line.empty());
  RequireLine(line, 400);
  if (failure != nullptr) {
    RequireLine(failure->exception, 200);
    RequireLine(failure->message, 400);
    RequireLine(failure->frame, 300);
    Require(failure->fingerprint != 0);
  }
}

void Check(const klaxon::ConnectorFacts& connector) {
  RequireLine(connector.state, 40);
  RequireLine(connector.type, 40);
  RequireLine(connector.connector_class, 200);
  Check(connector.failure, connector.root_cause);
  Require(!connector.state.empty() || connector.tasks.empty());
  for (const auto& task : connector.tasks) {
    Require(task.id >= 0);
    RequireLine(task.state, 40);
    RequireLine(task.worker, 200);
    Check(task.failure, task.root_cause);
  }
  for (const auto& [key, value] : connector.config.essentials) {
    Require(connector.config.hash != 0);
    RequireLine(value, 200);
  }
}

/// The bytes in pieces, whose sizes they tell themselves.
template <class Take>
void InPieces(std::string_view bytes, Take take) {
  size_t size = bytes.size() % 7 + 1;
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, size);
    bytes.remove_prefix(piece.size());
    size = static_cast<unsigned char>(piece.back()) % 13 + 1;
    take(piece);
  }
}

/// A list read in pieces is the list read at once, and is JSON if it was taken.
void CheckList(std::string_view bytes) {
  using namespace klaxon::connect;  // NOLINT(google-build-using-namespace)
  const auto whole = ParseConnectors(bytes);
  ConnectorsReader reader;
  InPieces(bytes, [&](std::string_view piece) { reader.Feed(piece); });
  const auto parts = reader.Finish();
  Require(static_cast<bool>(whole) == static_cast<bool>(parts));
  if (!whole) {
    Require(whole.error().message() == parts.error().message());
    return;
  }
  Require(static_cast<bool>(JsonDocument::Parse(bytes)));
  Require(whole->size() == parts->size());
  for (const NamedConnector& connector : *whole) {
    Check(connector.facts);
  }
}

/// A list reads the same with what is known of it and of a part of it, and what is kept is known.
void CheckMemory(std::string_view bytes) {
  using namespace klaxon::connect;  // NOLINT(google-build-using-namespace)
  const auto plain = ParseConnectors(bytes);
  ConnectorsMemory memory;
  const size_t part = bytes.size() / 2;
  for (const std::string_view before : {bytes.substr(part), bytes.substr(0, part), bytes, bytes}) {
    ConnectorsReader first(&memory);
    first.Feed(before);
    (void)first.Finish();
    ConnectorsReader reader(&memory);
    InPieces(bytes, [&](std::string_view piece) { reader.Feed(piece); });
    const auto read = reader.Finish();
    Require(static_cast<bool>(plain) == static_cast<bool>(read));
    if (!plain) {
      Require(plain.error().message() == read.error().message());
      continue;
    }
    Require(plain->size() == read->size());
    for (size_t i = 0; i < read->size(); ++i) {
      Require((*plain)[i].name == (*read)[i].name);
      Require((*plain)[i].facts.state == (*read)[i].facts.state);
      Require((*plain)[i].facts.config.hash == (*read)[i].facts.config.hash);
    }
  }
  Require(!plain || memory.reused() >= plain->size());
}

/// A trace reads the same whole and reduced on its way.
void CheckTrace(std::string_view bytes) {
  using namespace klaxon::connect;  // NOLINT(google-build-using-namespace)
  const auto failure = ReadFailure(bytes, "klaxon.test.FaultySink");
  Check(failure, failure == nullptr ? "" : LineOf(*failure));
  TraceCutter cutter;
  InPieces(bytes, [&](std::string_view piece) { cutter.Feed(piece); });
  const std::string reduced = cutter.Take();
  Require(reduced.size() <= (size_t{32} << 10U));
  const auto again = ReadFailure(reduced, "klaxon.test.FaultySink");
  Require((failure == nullptr) == (again == nullptr));
  Require(failure == nullptr || *failure == *again);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace klaxon::connect;  // NOLINT(google-build-using-namespace)
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckTrace(bytes);
  CheckList(bytes);
  CheckMemory(bytes);
  (void)klaxon::MaskSecrets(bytes);
  RequireLine(ErrorMessageIn(bytes), 400);
  if (const auto info = ParseWorkerInfo(bytes)) {
    Require(!info->version.empty());
  }
  if (const auto names = ParseNames(bytes)) {
    Require(std::is_sorted(names->begin(), names->end()));
  }
  if (const auto status = ParseStatus(bytes, "")) {
    Check(*status);
  }
  if (const auto health = ParseHealth(bytes)) {
    RequireLine(health->words, 1000);
  }
  NamedConnector connector{.name = "x"};
  if (ParseConfig(bytes, connector)) {
    Check(connector.facts);
  }
  (void)ParseTopics(bytes);
  (void)ParseOffsets(bytes);
  (void)ParsePlugins(bytes);
  Require(ReadVersion(bytes) >= Version{});
  return 0;
}
