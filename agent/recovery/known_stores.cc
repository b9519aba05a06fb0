#include <array>

#include "agent/recovery/known.h"

/// Object stores, search engines and services over HTTP.
namespace klaxon::recovery {
namespace {

using enum FailureClass;

constexpr std::array kStores{
    // Amazon S3's error codes, as AmazonS3Exception and S3Exception print them.
    Known{kConfiguration, "NoSuchBucket"},
    Known{kConfiguration, "The specified bucket does not exist"},
    Known{kConfiguration, "PermanentRedirect"},
    Known{kConfiguration, "AuthorizationHeaderMalformed"},
    Known{kAuthorization, "InvalidAccessKeyId"},
    Known{kAuthorization, "SignatureDoesNotMatch"},
    Known{kAuthorization, "ExpiredToken"},
    Known{kAuthorization, "Unable to load AWS credentials"},
    Known{kAuthorization, "Unable to load credentials from any of the providers"},
    Known{kAuthorization, "S3Exception: Access Denied"},
    Known{kAuthorization, "Service: Amazon S3; Status Code: 403"},
    Known{kAuthorization, "Service: S3, Status Code: 403"},
    Known{kTransient, "SlowDown"},
    Known{kTransient, "RequestTimeout;"},
    Known{kTransient, "Please reduce your request rate"},
    Known{kDependency, "Service: Amazon S3; Status Code: 5"},
    Known{kDependency, "Service: S3, Status Code: 5"},
    Known{kDependency, "Unable to execute HTTP request"},
    // Google's and Microsoft's.
    Known{kAuthorization, "does not have storage.objects"},
    Known{kAuthorization, "invalid_grant"},
    Known{kAuthorization, "AuthorizationFailure"},
    Known{kAuthorization, "AuthenticationFailed"},
    Known{kConfiguration, "ContainerNotFound"},
    Known{kTransient, "ServerBusy"},

    // Elasticsearch and OpenSearch: "type" of their errors.
    Known{kAuthorization, "security_exception"},
    Known{kConfiguration, "index_not_found_exception"},
    Known{kConfiguration, "Limit of total fields"},
    Known{kConfiguration, "resource_already_exists_exception"},
    Known{kPoisonRecord, "mapper_parsing_exception"},
    Known{kPoisonRecord, "document_parsing_exception"},
    Known{kPoisonRecord, "strict_dynamic_mapping_exception"},
    Known{kPoisonRecord, "illegal_argument_exception"},
    Known{kTransient, "version_conflict_engine_exception"},
    Known{kTransient, "es_rejected_execution_exception"},
    Known{kTransient, "circuit_breaking_exception"},
    Known{kDependency, "cluster_block_exception"},
    Known{kDependency, "unavailable_shards_exception"},
    Known{kDependency, "master_not_discovered_exception"},
    Known{kDependency, "NoNodeAvailableException"},

    // HTTP, as sinks and their clients word it (RFC 9110 gives the codes).
    Known{kAuthorization, "401 Unauthorized"},
    Known{kAuthorization, "403 Forbidden"},
    Known{kAuthorization, "status code: 401"},
    Known{kAuthorization, "status code: 403"},
    Known{kAuthorization, "Response code: 401"},
    Known{kAuthorization, "Response code: 403"},
    Known{kConfiguration, "404 Not Found"},
    Known{kConfiguration, "status code: 404"},
    Known{kConfiguration, "status code: 405"},
    Known{kPoisonRecord, "400 Bad Request"},
    Known{kPoisonRecord, "status code: 400"},
    Known{kPoisonRecord, "status code: 413"},
    Known{kPoisonRecord, "status code: 422"},
    Known{kTransient, "429 Too Many Requests"},
    Known{kTransient, "status code: 429"},
    Known{kDependency, "502 Bad Gateway"},
    Known{kDependency, "503 Service Unavailable"},
    Known{kDependency, "504 Gateway Time"},
    Known{kDependency, "status code: 5"},
    Known{kDependency, "Response code: 5"},
    // Apache HttpClient.
    Known{kDependency, "HttpHostConnectException"},
    Known{kDependency, "ConnectTimeoutException"},
    Known{kDependency, "NoHttpResponseException"},
    Known{kDependency, "ConnectionClosedException"},
};

}  // namespace

std::span<const Known> KnownOfStores() {
  return kStores;
}

}  // namespace klaxon::recovery
