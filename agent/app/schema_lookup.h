#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/clock.h"
#include "agent/http/client.h"
#include "agent/model/wire_verdict.h"

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
  /// `url`: where the API begins, e.g. "http://apicurio:8080/apis/ccompat/v7". Empty: there is no
  /// registry, and nothing is known. `http` and `clock` outlive this.
  SchemaLookup(std::string url, http::HttpClient& http, Clock& clock);

  const FoundSchema& ById(int32_t id);
  const FoundSchema& ByGuid(const std::string& guid);

  /// For judging; holds on to this. The highest id is in it once an id was asked for.
  SchemaKnowledge Knowledge();

  /// Why something is not known; the first that went wrong.
  const std::optional<Error>& error() const { return error_; }

 private:
  FoundSchema Fetch(const std::string& path);
  void FetchVersions(FoundSchema& schema);
  /// The highest id, by way of any schema that is there: an id that is not does not tell it.
  void FetchMaxId();
  Result<http::HttpResponse> Get(const std::string& path);

  std::string url_;
  http::HttpClient& http_;
  Clock& clock_;
  std::map<int32_t, FoundSchema> by_id_{};
  std::map<std::string, FoundSchema> by_guid_{};
  std::optional<int32_t> max_id_{};
  bool max_id_asked_ = false;
  std::optional<Error> error_{};
};

}  // namespace klaxon::app
