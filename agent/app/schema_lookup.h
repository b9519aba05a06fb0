#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/clock.h"
#include "agent/model/wire_verdict.h"
#include "agent/registry/client.h"

namespace klaxon::app {

/// What a registry tells of one schema.
struct FoundSchema {
  int32_t id = -1;  ///< -1: found by its GUID
  SchemaStanding standing{};
  std::string text{};
  std::vector<std::pair<std::string, int32_t>> versions{};  ///< (subject, version) that have it
};

/// Asks a registry for single schemas, over the API that Confluent's, Karapace and Apicurio share.
/// Each is asked for once. Confined to one thread.
class SchemaLookup {
 public:
  /// `registry` empty: there is none, and nothing is known. `clock` outlives this.
  SchemaLookup(std::optional<registry::RegistryClient> registry, Clock& clock);

  const FoundSchema& ById(int32_t id);
  const FoundSchema& ByGuid(const std::string& guid);

  /// For judging; holds on to this. The highest id is in it once an id was asked for.
  SchemaKnowledge Knowledge();

  /// Why something is not known; the first that went wrong.
  const std::optional<Error>& error() const { return error_; }

 private:
  registry::Patience Next() const;
  /// What the answer to a question after one schema means; keeps what went wrong.
  FoundSchema Take(const Result<std::optional<registry::SchemaById>>& told);
  void FetchVersions(FoundSchema& schema);
  /// The highest id, by way of any schema that is there: an id that is not does not tell it.
  void FetchMaxId();

  std::optional<registry::RegistryClient> registry_;
  Clock& clock_;
  std::map<int32_t, FoundSchema> by_id_{};
  std::map<std::string, FoundSchema> by_guid_{};
  std::optional<int32_t> max_id_{};
  bool max_id_asked_ = false;
  std::optional<Error> error_{};
};

}  // namespace klaxon::app
