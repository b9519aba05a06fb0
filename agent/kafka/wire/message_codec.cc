#include <fmt/format.h>

#include "agent/kafka/wire/decoder.h"
#include "agent/kafka/wire/encoder.h"
#include "agent/kafka/wire/message.h"
#include "agent/kafka/wire/messages/api_versions.h"
#include "agent/kafka/wire/messages/consumer_group_describe.h"
#include "agent/kafka/wire/messages/describe_cluster.h"
#include "agent/kafka/wire/messages/describe_configs.h"
#include "agent/kafka/wire/messages/describe_groups.h"
#include "agent/kafka/wire/messages/describe_quorum.h"
#include "agent/kafka/wire/messages/fetch.h"
#include "agent/kafka/wire/messages/find_coordinator.h"
#include "agent/kafka/wire/messages/list_groups.h"
#include "agent/kafka/wire/messages/list_offsets.h"
#include "agent/kafka/wire/messages/metadata.h"
#include "agent/kafka/wire/messages/offset_fetch.h"
#include "agent/kafka/wire/messages/sasl_authenticate.h"
#include "agent/kafka/wire/messages/sasl_handshake.h"

namespace klaxon::kafka::wire {
namespace {

/// Writes the frame length over the first four bytes.
void CloseFrame(std::string& frame) {
  std::string length;
  Encoder encoder(length, 0, false);
  encoder(static_cast<int32_t>(frame.size() - kFrameLengthSize));
  frame.replace(0, kFrameLengthSize, length);
}

template <class Message>
Result<Message> DecodeBody(Decoder& decoder, ApiKey key) {
  Message message;
  decoder(message);
  if (decoder.failed()) {
    return Error(Reason::kBadAnswer, fmt::format("{}: {}", Name(key), decoder.failure()));
  }
  if (decoder.left() > 0) {
    return Error(Reason::kBadAnswer,
                 fmt::format("{}: {} bytes left over at the end", Name(key), decoder.left()));
  }
  return message;
}

/// An ApiVersions answer keeps the old header for ever, so that any client can read it (KIP-511).
template <RequestMessage Request>
constexpr bool HasResponseTags(int16_t version) {
  return Request::kApiKey != ApiKey::kApiVersions && IsFlexible<Request>(version);
}

}  // namespace

template <RequestMessage Request>
std::string Codec<Request>::EncodeRequest(const Request& request, const RequestHeader& header) {
  std::string frame(kFrameLengthSize, '\0');
  Encoder head(frame, header.api_version, false);  // client_id is never compact
  head(static_cast<int16_t>(header.api_key), header.api_version, header.correlation_id,
       header.client_id);
  Encoder body(frame, header.api_version, IsFlexible<Request>(header.api_version));
  body.Tags();
  body(request);
  CloseFrame(frame);
  return frame;
}

template <RequestMessage Request>
Result<typename Request::Response> Codec<Request>::DecodeResponse(std::string_view bytes,
                                                                  int16_t version) {
  Decoder decoder(bytes, version, IsFlexible<Request>(version));
  if (HasResponseTags<Request>(version)) {
    decoder.Tags();
  }
  return DecodeBody<Response>(decoder, Request::kApiKey);
}

template <RequestMessage Request>
Result<Request> Codec<Request>::DecodeRequest(std::string_view bytes, int16_t version) {
  Decoder decoder(bytes, version, IsFlexible<Request>(version));
  decoder.Tags();
  return DecodeBody<Request>(decoder, Request::kApiKey);
}

template <RequestMessage Request>
std::string Codec<Request>::EncodeResponse(const Response& response, int16_t version,
                                           int32_t correlation_id) {
  std::string frame(kFrameLengthSize, '\0');
  Encoder head(frame, version, false);
  head(correlation_id);
  Encoder body(frame, version, IsFlexible<Request>(version));
  if (HasResponseTags<Request>(version)) {
    body.Tags();
  }
  body(response);
  CloseFrame(frame);
  return frame;
}

template struct Codec<ApiVersionsRequest>;
template struct Codec<ConsumerGroupDescribeRequest>;
template struct Codec<DescribeClusterRequest>;
template struct Codec<DescribeConfigsRequest>;
template struct Codec<DescribeGroupsRequest>;
template struct Codec<DescribeQuorumRequest>;
template struct Codec<FetchRequest>;
template struct Codec<FindCoordinatorRequest>;
template struct Codec<ListGroupsRequest>;
template struct Codec<ListOffsetsRequest>;
template struct Codec<MetadataRequest>;
template struct Codec<OffsetFetchRequest>;
template struct Codec<SaslAuthenticateRequest>;
template struct Codec<SaslHandshakeRequest>;

}  // namespace klaxon::kafka::wire
