#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/kafka/wire/decoder.h"
#include "agent/kafka/wire/encoder.h"
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

constexpr size_t kFrameLengthSize = 4;

/// Frame (int32 length in front), header and body of a request.
template <RequestMessage Request>
std::string EncodeRequest(const Request& request, int16_t version, int32_t correlation_id,
                          std::string_view client_id);

/// The body of an answer whose frame length and correlation id are already off.
/// Error: kBadAnswer with the field and byte that did not fit, or with the count of bytes left
/// over: what we cannot account for we have misread.
template <RequestMessage Request>
Result<typename Request::Response> DecodeResponse(std::string_view bytes, int16_t version);

/// Correlation id at the start of an answer (without frame length), taken off `bytes`.
Result<int32_t> TakeCorrelationId(std::string_view& bytes);

// --- the other half, for the simulator ---

/// Reads a request's header off `bytes` (without frame length). `api_version` decides whether the
/// header has tags; unknown APIs are read as if flexible headers did not exist.
Result<RequestHeader> TakeRequestHeader(std::string_view& bytes);

template <RequestMessage Request>
Result<Request> DecodeRequest(std::string_view bytes, int16_t version);

/// Frame, header and body of an answer.
template <RequestMessage Request>
std::string EncodeResponse(const typename Request::Response& response, int16_t version,
                           int32_t correlation_id);

// ------------------------------------------------------------------ details

namespace internal {

/// Writes the frame length over the first four bytes.
void CloseFrame(std::string& frame);
Error LeftOver(ApiKey key, size_t bytes);
Error Misread(ApiKey key, const std::string& failure);

template <class Message>
Result<Message> DecodeBody(Decoder& decoder, ApiKey key) {
  Message message;
  decoder(message);
  if (decoder.failed()) {
    return Misread(key, decoder.failure());
  }
  if (decoder.left() > 0) {
    return LeftOver(key, decoder.left());
  }
  return message;
}

/// An ApiVersions answer keeps the old header for ever, so that any client can read it (KIP-511).
template <RequestMessage Request>
constexpr bool HasResponseTags(int16_t version) {
  return Request::kApiKey != ApiKey::kApiVersions && IsFlexible<Request>(version);
}

}  // namespace internal

template <RequestMessage Request>
std::string EncodeRequest(const Request& request, int16_t version, int32_t correlation_id,
                          std::string_view client_id) {
  std::string frame(kFrameLengthSize, '\0');
  Encoder header(frame, version, false);  // client_id is never compact
  header(static_cast<int16_t>(Request::kApiKey), version, correlation_id, std::string(client_id));
  Encoder body(frame, version, IsFlexible<Request>(version));
  body.Tags();
  body(request);
  internal::CloseFrame(frame);
  return frame;
}

template <RequestMessage Request>
Result<typename Request::Response> DecodeResponse(std::string_view bytes, int16_t version) {
  Decoder decoder(bytes, version, IsFlexible<Request>(version));
  if (internal::HasResponseTags<Request>(version)) {
    decoder.Tags();
  }
  return internal::DecodeBody<typename Request::Response>(decoder, Request::kApiKey);
}

template <RequestMessage Request>
Result<Request> DecodeRequest(std::string_view bytes, int16_t version) {
  Decoder decoder(bytes, version, IsFlexible<Request>(version));
  decoder.Tags();
  return internal::DecodeBody<Request>(decoder, Request::kApiKey);
}

template <RequestMessage Request>
std::string EncodeResponse(const typename Request::Response& response, int16_t version,
                           int32_t correlation_id) {
  std::string frame(kFrameLengthSize, '\0');
  Encoder header(frame, version, false);
  header(correlation_id);
  Encoder body(frame, version, IsFlexible<Request>(version));
  if (internal::HasResponseTags<Request>(version)) {
    body.Tags();
  }
  body(response);
  internal::CloseFrame(frame);
  return frame;
}

}  // namespace klaxon::kafka::wire
