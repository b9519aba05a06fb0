#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/http/client.h"
#include "agent/registry/parse.h"

namespace klaxon::registry {

/// How long one request may take, and what ends it.
struct Patience {
  MonoTime deadline{};
  std::stop_token stop{};
};

/// A part of a list. Karapace and Apicurio 2 ignore it and send all they have.
struct Page {
  size_t offset = 0;
  size_t limit = 0;  ///< 0: all
};

/// Asks one node of a schema registry. Read-only. Thread-safe.
///
/// Errors, besides those of HttpClient::Get, are one line that names the node: kUnauthorized (401,
/// 403, 407), kUnsupported (404 or 405 without an error code of a registry: this implementation
/// lacks the resource), kRefused (other statuses, with the registry's own message), kBadAnswer (a
/// web page, not the JSON that a registry sends).
class RegistryClient {
 public:
  /// `url` is the node's, e.g. "http://sr-1:8081"; a path in front of the REST interface is kept.
  /// `http` outlives it.
  RegistryClient(http::HttpClient& http, std::string url, http::ClientAccess access = {});

  const std::string& url() const { return url_; }

  /// Requests sent since it was made.
  uint64_t requests() const { return requests_->load(std::memory_order_relaxed); }

  // Of the whole registry, or of one subject; empty: that subject has none of its own (40408,
  // 40409), or there is no such subject.
  Result<std::string> Compatibility(const Patience& patience) const;
  Result<std::string> Compatibility(const std::string& subject, const Patience& patience) const;
  Result<std::string> Mode(const Patience& patience) const;
  Result<std::string> Mode(const std::string& subject, const Patience& patience) const;

  /// `deleted`: those that are deleted softly too.
  Result<std::vector<std::string>> Subjects(const Page& page, bool deleted,
                                            const Patience& patience) const;

  // nullopt: there is no such subject, version or id.
  Result<std::optional<std::vector<int32_t>>> Versions(const std::string& subject, bool deleted,
                                                       const Patience& patience) const;
  Result<std::optional<VersionedSchema>> Version(const std::string& subject, int32_t version,
                                                 const Patience& patience) const;
  Result<std::optional<SchemaById>> Schema(int32_t id, const std::string& context,
                                           const Patience& patience) const;
  Result<std::optional<VersionedSchema>> Latest(const std::string& subject,
                                                const Patience& patience) const;
  /// `deleted`: those that are deleted softly too.
  Result<std::optional<std::vector<SubjectVersion>>> VersionsOf(int32_t id, bool deleted,
                                                                const Patience& patience) const;
  /// By the GUID that records carry in headers, in hexadecimal digits with dashes. kUnsupported:
  /// this registry has none.
  Result<std::optional<SchemaById>> SchemaByGuid(const std::string& guid,
                                                 const Patience& patience) const;

  /// Every version of every subject. `deleted`: those deleted softly too, which Karapace leaves
  /// out.
  Result<std::vector<VersionedSchema>> Schemas(const Page& page, bool deleted,
                                               const Patience& patience) const;

  Result<std::vector<std::string>> Contexts(const Patience& patience) const;

  // Who answers: Confluent since 7.0, Karapace, Apicurio (2 or 3).
  Result<std::string> ConfluentVersion(const Patience& patience) const;
  Result<RegistryIds> ConfluentIds(const Patience& patience) const;
  Result<KarapaceHealth> Health(const Patience& patience) const;
  Result<std::string> ApicurioVersion(const Patience& patience) const;

 private:
  template <class T>
  Result<std::optional<T>> Find(const std::string& resource, Result<T> (*parse)(std::string_view),
                                const Patience& patience) const;
  template <class T>
  Result<T> Ask(const std::string& resource, Result<T> (*parse)(std::string_view),
                const Patience& patience) const;
  Result<http::HttpResponse> Get(const std::string& base, const std::string& resource,
                                 const Patience& patience) const;

  http::HttpClient* http_;  // not null
  std::string url_;         // without a slash at the end
  http::ClientAccess access_;
  std::shared_ptr<std::atomic<uint64_t>> requests_;
};

/// What an answer other than 200 with JSON means, for people. `node` is its URL.
Error JudgeAnswer(const http::HttpResponse& response, const std::string& node);

}  // namespace klaxon::registry
