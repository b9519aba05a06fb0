#include "agent/registry/client.h"

#include <utility>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/http/status.h"
#include "agent/http/url.h"

namespace klaxon::registry {
namespace {

constexpr int kOk = 200;
constexpr int kFirstRedirect = 300;
constexpr int kFirstClientError = 400;
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kNotAllowed = 405;
constexpr int kProxyUnauthorized = 407;
constexpr int kTooMany = 429;
constexpr int kFirstServerError = 500;
constexpr int kNotImplemented = 501;
/// Errors.java of confluentinc/schema-registry: 40401 no such subject to 40410.
constexpr int32_t kFirstNotFoundCode = 40401;
constexpr int32_t kLastNotFoundCode = 40499;
constexpr int32_t kUnknownLeader = 50004;
constexpr int32_t kForwardingFailed = 50003;

constexpr size_t kMebibyte = size_t{1} << 20U;

/// A page of 500 schemas may be large: some generators write schemas of 100 kB. A setting is small.
size_t LargestBody(std::string_view resource) {
  if (resource.starts_with("/schemas?")) {
    return 64 * kMebibyte;
  }
  return resource.starts_with("/subjects") || resource.starts_with("/schemas") ? 16 * kMebibyte
                                                                               : kMebibyte;
}

bool LooksLikeHtml(const http::HttpResponse& response) {
  return response.content_type.find("html") != std::string::npos ||
         Trim(response.body).starts_with('<');
}

std::string Words(const http::HttpResponse& response, const ErrorBody& told) {
  const std::string code =
      told.code > 0 && told.code != response.status ? fmt::format(" (code {})", told.code) : "";
  if (!told.message.empty()) {
    return fmt::format("answers {}{}: {}", response.status, code, told.message);
  }
  return fmt::format("answers {}{}{}", response.status, code,
                     LooksLikeHtml(response) ? " with a web page" : "");
}

/// The registry knows the resource, but not the thing.
bool NotThere(const http::HttpResponse& response) {
  const int32_t code = response.status == kNotFound ? ParseErrorBody(response.body).code : 0;
  return code >= kFirstNotFoundCode && code <= kLastNotFoundCode;
}

Error JudgeServerError(const std::string& words, const ErrorBody& told) {
  if (told.code == kUnknownLeader || told.code == kForwardingFailed) {
    return {Reason::kRefused, words + "; it knows no leader that takes writes"};
  }
  return {Reason::kRefused, words + "; see the registry's log if this lasts"};
}

std::string PageQuery(const Page& page) {
  return page.limit == 0 ? "" : fmt::format("&offset={}&limit={}", page.offset, page.limit);
}

std::string SubjectPath(const std::string& subject) {
  return "/subjects/" + http::PercentEncode(subject);
}

/// "http://host:8080" of "http://host:8080/apis/ccompat/v7".
std::string OriginOf(const std::string& url) {
  const Result<http::Url> parsed = http::ParseUrl(url);
  return parsed ? parsed->Origin() : url;
}

}  // namespace

Error JudgeAnswer(const http::HttpResponse& response, const std::string& node) {
  const int status = response.status;
  const ErrorBody told = ParseErrorBody(response.body);
  const std::string words = node + " " + Words(response, told);
  if (status == kProxyUnauthorized) {
    return {Reason::kUnauthorized, words + "; a proxy asks for a login, which Klaxon cannot give"};
  }
  if (status == kUnauthorized || status == kForbidden) {
    return {Reason::kUnauthorized,
            words + "; check username and password in this section of the configuration"};
  }
  if (status == kNotFound || status == kNotAllowed || status == kNotImplemented) {
    return {Reason::kUnsupported, words + "; is the path of the URL right?"};
  }
  if (status == kTooMany) {
    return {Reason::kRefused, words + "; it limits requests, so raise the interval"};
  }
  if (status >= kFirstServerError) {
    return JudgeServerError(words, told);
  }
  if (status >= kFirstRedirect && status < kFirstClientError) {
    const Error error = http::JudgeRefusal(response, told.message, {});
    return {error.reason(), node + " " + error.message()};
  }
  if (status == kOk && LooksLikeHtml(response)) {
    return {Reason::kBadAnswer,
            node + " answers with a web page; is this a schema registry's address?"};
  }
  return {Reason::kBadAnswer, words + "; is this a schema registry's address?"};
}

RegistryClient::RegistryClient(http::HttpClient& http, std::string url, http::ClientAccess access)
    : http_(&http),
      url_(std::move(url)),
      access_(std::move(access)),
      requests_(std::make_shared<std::atomic<uint64_t>>(0)) {
  while (url_.ends_with('/')) {
    url_.pop_back();
  }
}

Result<http::HttpResponse> RegistryClient::Get(const std::string& base, const std::string& resource,
                                               const Patience& patience) const {
  requests_->fetch_add(1, std::memory_order_relaxed);
  const http::HttpRequest request{
      .url = base + resource,
      .headers = {{"Accept", "application/vnd.schemaregistry.v1+json, application/json"}},
      .access = access_,
      .max_body = LargestBody(resource)};
  return http_->Get(request, patience.deadline, patience.stop);
}

template <class T>
Result<std::optional<T>> RegistryClient::Find(const std::string& resource,
                                              Result<T> (*parse)(std::string_view),
                                              const Patience& patience) const {
  const Result<http::HttpResponse> response = Get(url_, resource, patience);
  if (!response) {
    return response.error();
  }
  if (NotThere(*response)) {
    return std::optional<T>();
  }
  if (response->status != kOk || LooksLikeHtml(*response)) {
    return JudgeAnswer(*response, url_);
  }
  Result<T> parsed = parse(response->body);
  if (!parsed) {
    const std::string path = resource.substr(0, resource.find('?'));
    return Error(Reason::kBadAnswer, url_ + path + " answers not as a schema registry does: " +
                                         parsed.error().message());
  }
  return std::optional<T>(std::move(*parsed));
}

template <class T>
Result<T> RegistryClient::Ask(const std::string& resource, Result<T> (*parse)(std::string_view),
                              const Patience& patience) const {
  Result<std::optional<T>> found = Find(resource, parse, patience);
  if (!found) {
    return found.error();
  }
  if (!*found) {
    return Error(Reason::kRefused, url_ + " says that " + resource + " is not there");
  }
  return std::move(**found);
}

Result<std::string> RegistryClient::Compatibility(const Patience& patience) const {
  return Ask("/config", ParseCompatibility, patience);
}

Result<std::string> RegistryClient::Compatibility(const std::string& subject,
                                                  const Patience& patience) const {
  const Result<std::optional<std::string>> found =
      Find("/config/" + http::PercentEncode(subject), ParseCompatibility, patience);
  return found ? Result<std::string>(found->value_or("")) : found.error();
}

Result<std::string> RegistryClient::Mode(const Patience& patience) const {
  return Ask("/mode", ParseMode, patience);
}

Result<std::string> RegistryClient::Mode(const std::string& subject,
                                         const Patience& patience) const {
  const Result<std::optional<std::string>> found =
      Find("/mode/" + http::PercentEncode(subject), ParseMode, patience);
  return found ? Result<std::string>(found->value_or("")) : found.error();
}

Result<std::vector<std::string>> RegistryClient::Subjects(const Page& page, bool deleted,
                                                          const Patience& patience) const {
  return Ask(fmt::format("/subjects?deleted={}{}", deleted, PageQuery(page)), ParseNames, patience);
}

Result<std::optional<std::vector<int32_t>>> RegistryClient::Versions(
    const std::string& subject, bool deleted, const Patience& patience) const {
  return Find(fmt::format("{}/versions?deleted={}", SubjectPath(subject), deleted), ParseVersions,
              patience);
}

Result<std::optional<VersionedSchema>> RegistryClient::Version(const std::string& subject,
                                                               int32_t version,
                                                               const Patience& patience) const {
  return Find(fmt::format("{}/versions/{}?deleted=true", SubjectPath(subject), version),
              ParseVersion, patience);
}

Result<std::optional<SchemaById>> RegistryClient::Schema(int32_t id, const std::string& context,
                                                         const Patience& patience) const {
  // An id is looked for in the default context unless a subject names another.
  const std::string where =
      context.empty() ? "" : "&subject=" + http::PercentEncode(":" + context + ":");
  return Find(fmt::format("/schemas/ids/{}?fetchMaxId=true{}", id, where), ParseSchemaById,
              patience);
}

Result<std::optional<std::vector<SubjectVersion>>> RegistryClient::VersionsOf(
    int32_t id, bool deleted, const Patience& patience) const {
  return Find(fmt::format("/schemas/ids/{}/versions{}", id, deleted ? "?deleted=true" : ""),
              ParseSubjectVersions, patience);
}

Result<std::optional<VersionedSchema>> RegistryClient::Latest(const std::string& subject,
                                                              const Patience& patience) const {
  return Find(SubjectPath(subject) + "/versions/latest", ParseVersion, patience);
}

Result<std::optional<SchemaById>> RegistryClient::SchemaByGuid(const std::string& guid,
                                                               const Patience& patience) const {
  return Find("/schemas/guids/" + http::PercentEncode(guid), ParseSchemaById, patience);
}

Result<std::vector<VersionedSchema>> RegistryClient::Schemas(const Page& page, bool deleted,
                                                             const Patience& patience) const {
  return Ask(fmt::format("/schemas?deleted={}{}", deleted, PageQuery(page)), ParseSchemas,
             patience);
}

Result<std::vector<std::string>> RegistryClient::Contexts(const Patience& patience) const {
  return Ask("/contexts", ParseNames, patience);
}

Result<std::string> RegistryClient::ConfluentVersion(const Patience& patience) const {
  return Ask("/v1/metadata/version", ParseServerVersion, patience);
}

Result<RegistryIds> RegistryClient::ConfluentIds(const Patience& patience) const {
  return Ask("/v1/metadata/id", ParseIds, patience);
}

Result<KarapaceHealth> RegistryClient::Health(const Patience& patience) const {
  return Ask("/_health", ParseKarapaceHealth, patience);
}

Result<std::string> RegistryClient::ApicurioVersion(const Patience& patience) const {
  const std::string origin = OriginOf(url_);
  for (const char* resource : {"/apis/registry/v3/system/info", "/apis/registry/v2/system/info"}) {
    const Result<http::HttpResponse> response = Get(origin, resource, patience);
    if (!response) {
      return response.error();
    }
    const Result<std::string> version = ParseServerVersion(response->body);
    if (response->status == kOk && version) {
      return version;
    }
  }
  return Error(Reason::kUnsupported, url_ + " does not tell its version");
}

}  // namespace klaxon::registry
