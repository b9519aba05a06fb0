#include "agent/simulator/dispatch.h"

#include <array>
#include <type_traits>

#include "agent/kafka/wire/decoder.h"
#include "agent/simulator/answers.h"

namespace klaxon::simulator {
namespace {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace): every word here is the
                              // protocol's

using Handler = Reply (*)(const BrokerRole&, const RequestHeader&, std::string_view body);

/// Like DecodeRequest, but bytes left over are let pass, as Kafka lets them (librdkafka 2.0 leaves
/// one).
template <RequestMessage Request>
bool Read(std::string_view body, int16_t version, Request& request) {
  Decoder decoder(body, version, IsFlexible<Request>(version));
  decoder.Tags();  // of the request's header
  decoder(request);
  return !decoder.failed();
}

template <RequestMessage Request>
Reply Handle(const BrokerRole& role, const RequestHeader& header, std::string_view body) {
  Request request;
  if (!Read(body, header.api_version, request)) {
    return {.kind = Reply::Kind::kClose};
  }
  Answer<Request> response = Respond({role.state, role.broker, header.api_version}, request);
  if (!response) {
    return {.kind = Reply::Kind::kSilence};
  }
  if (const auto error = role.faults.errors.find(header.api_key);
      error != role.faults.errors.end()) {
    Spoil(*response, error->second);
  }
  Reply reply{
      .kind = Reply::Kind::kAnswer,
      .frame = EncodeResponse<Request>(*response, header.api_version, header.correlation_id)};
  if constexpr (std::is_same_v<Request, FetchRequest>) {
    reply.hold = HoldOf(request, *response);
  }
  return reply;
}

struct Api {
  ApiKey key;
  VersionRange versions;
  Handler handler;
};

template <RequestMessage Request>
constexpr Api Speaks() {
  return {Request::kApiKey, Request::kVersions, &Handle<Request>};
}

constexpr std::array kApis = {
    Speaks<ListOffsetsRequest>(),     Speaks<MetadataRequest>(),
    Speaks<OffsetFetchRequest>(),     Speaks<FindCoordinatorRequest>(),
    Speaks<DescribeGroupsRequest>(),  Speaks<ListGroupsRequest>(),
    Speaks<DescribeQuorumRequest>(),  Speaks<DescribeClusterRequest>(),
    Speaks<DescribeConfigsRequest>(), Speaks<ConsumerGroupDescribeRequest>(),
    Speaks<FetchRequest>(),
};

VersionRange Offered(const VersionCaps& caps, ApiKey key, VersionRange range) {
  const auto cap = caps.find(key);
  return cap == caps.end() ? range : VersionRange{range.min, std::min(range.max, cap->second)};
}

bool Holds(VersionRange range, int16_t version) {
  return version >= range.min && version <= range.max;
}

ApiVersionsResponse::Api Offer(ApiKey key, VersionRange range) {
  return {.key = static_cast<int16_t>(key), .min_version = range.min, .max_version = range.max};
}

/// librdkafka reads today's records only from brokers that also say they take them (MsgVer2 in its
/// rdkafka_feature.c). Whoever produces is cut off.
constexpr ApiVersionsResponse::Api kProduce{.key = 0, .min_version = 3, .max_version = 9};

/// KIP-511: a version that is not known is answered in version 0, with the range of ApiVersions
/// alone.
Reply Greet(const BrokerRole& role, const RequestHeader& header) {
  const VersionRange own = Offered(role.caps, ApiKey::kApiVersions, ApiVersionsRequest::kVersions);
  ApiVersionsResponse response;
  response.apis.push_back(Offer(ApiKey::kApiVersions, own));
  const bool known = Holds(own, header.api_version);
  if (!known) {
    response.error_code = ErrorCode::kUnsupportedVersion;
  }
  for (const Api& api : kApis) {
    const VersionRange range = Offered(role.caps, api.key, api.versions);
    if (known && range.max >= range.min) {
      response.apis.push_back(Offer(api.key, range));
    }
  }
  if (known) {
    response.apis.push_back(kProduce);
    response.apis.push_back(Offer(ApiKey::kSaslHandshake, SaslHandshakeRequest::kVersions));
    response.apis.push_back(Offer(ApiKey::kSaslAuthenticate, SaslAuthenticateRequest::kVersions));
  }
  if (const auto error = role.faults.errors.find(ApiKey::kApiVersions);
      error != role.faults.errors.end()) {
    response.error_code = error->second;
  }
  return {.kind = Reply::Kind::kAnswer,
          .frame = EncodeResponse<ApiVersionsRequest>(
              response, known ? header.api_version : int16_t{0}, header.correlation_id)};
}

template <RequestMessage Request, class Examine>
Reply AnswerLogin(const RequestHeader& header, std::string_view body, Examine examine) {
  Request request;
  if (!Holds(Request::kVersions, header.api_version) || !Read(body, header.api_version, request)) {
    return {.kind = Reply::Kind::kClose};
  }
  return {.kind = Reply::Kind::kAnswer,
          .frame =
              EncodeResponse<Request>(examine(request), header.api_version, header.correlation_id)};
}

Reply AnswerWell(const BrokerRole& role, const RequestHeader& header, std::string_view body) {
  if (header.api_key == ApiKey::kApiVersions) {
    return Greet(role, header);
  }
  if (header.api_key == ApiKey::kSaslHandshake) {
    return AnswerLogin<SaslHandshakeRequest>(
        header, body, [&](const auto& request) { return role.login.Begin(request); });
  }
  if (header.api_key == ApiKey::kSaslAuthenticate) {
    return AnswerLogin<SaslAuthenticateRequest>(
        header, body, [&](const auto& request) { return role.login.Go(request, role.now); });
  }
  if (!role.login.IsOpen(role.now)) {
    return {.kind = Reply::Kind::kClose};
  }
  for (const Api& api : kApis) {
    if (api.key == header.api_key &&
        Holds(Offered(role.caps, api.key, api.versions), header.api_version)) {
      return api.handler(role, header, body);
    }
  }
  return {.kind = Reply::Kind::kClose};
}

}  // namespace

Reply AnswerRequest(const BrokerRole& role, const RequestHeader& header, std::string_view body) {
  if (role.faults.cut) {
    return {.kind = Reply::Kind::kClose};
  }
  if (role.faults.silent || role.faults.silent_apis.contains(header.api_key)) {
    return {.kind = Reply::Kind::kSilence};
  }
  Reply reply = AnswerWell(role, header, body);
  const bool spared = header.api_key == ApiKey::kApiVersions && !role.faults.garble_greeting;
  if (reply.kind == Reply::Kind::kAnswer && !spared) {
    reply.frame = SpoilBytes(role.faults, std::move(reply.frame));
  }
  return reply;
}

}  // namespace klaxon::simulator
