#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/kafka/wire/types.h"

namespace klaxon::kafka::wire {

/// A range of versions of one API, both ends included; empty when max < min.
struct VersionRange {
  int16_t min = 0;
  int16_t max = -1;
};

/// What a request type declares about itself. Its answer is `Request::Response`.
template <class Request>
concept RequestMessage = requires {
  { Request::kApiKey } -> std::convertible_to<ApiKey>;
  { Request::kVersions } -> std::convertible_to<VersionRange>;  // what we can speak
  { Request::kFlexibleSince } -> std::convertible_to<int16_t>;  // KIP-482
  typename Request::Response;
};

template <RequestMessage Request>
constexpr bool IsFlexible(int16_t version) {
  return version >= Request::kFlexibleSince;
}

/// The header before every request (versions 1 and 2; 0 is only for ControlledShutdown).
struct RequestHeader {
  ApiKey api_key = ApiKey::kApiVersions;
  int16_t api_version = 0;
  int32_t correlation_id = 0;
  std::string client_id{};
};

/// How a message and its answer are written and read. Declared for every message, defined in
/// message_codec.cc and instantiated there, once: a new message gets its line there.
template <RequestMessage Request>
struct Codec {
  using Response = typename Request::Response;

  static std::string EncodeRequest(const Request& request, const RequestHeader& header);
  static Result<Response> DecodeResponse(std::string_view bytes, int16_t version);
  static Result<Request> DecodeRequest(std::string_view bytes, int16_t version);
  static std::string EncodeResponse(const Response& response, int16_t version,
                                    int32_t correlation_id);
};

constexpr size_t kFrameLengthSize = 4;

/// Frame (int32 length in front), header and body of a request.
template <RequestMessage Request>
std::string EncodeRequest(const Request& request, int16_t version, int32_t correlation_id,
                          std::string_view client_id) {
  return Codec<Request>::EncodeRequest(request, {.api_key = Request::kApiKey,
                                                 .api_version = version,
                                                 .correlation_id = correlation_id,
                                                 .client_id = std::string(client_id)});
}

/// The body of an answer whose frame length and correlation id are already off.
/// Error: kBadAnswer with the field and byte that did not fit, or with the count of bytes left
/// over: what we cannot account for we have misread.
template <RequestMessage Request>
Result<typename Request::Response> DecodeResponse(std::string_view bytes, int16_t version) {
  return Codec<Request>::DecodeResponse(bytes, version);
}

/// Correlation id at the start of an answer (without frame length), taken off `bytes`.
Result<int32_t> TakeCorrelationId(std::string_view& bytes);

// --- the other half, for the simulator ---

/// Reads a request's header off `bytes` (without frame length). `api_version` decides whether the
/// header has tags; unknown APIs are read as if flexible headers did not exist.
Result<RequestHeader> TakeRequestHeader(std::string_view& bytes);

template <RequestMessage Request>
Result<Request> DecodeRequest(std::string_view bytes, int16_t version) {
  return Codec<Request>::DecodeRequest(bytes, version);
}

/// Frame, header and body of an answer.
template <RequestMessage Request>
std::string EncodeResponse(const typename Request::Response& response, int16_t version,
                           int32_t correlation_id) {
  return Codec<Request>::EncodeResponse(response, version, correlation_id);
}

}  // namespace klaxon::kafka::wire
