#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include "agent/kafka/wire/encoder.h"
#include "tests/kafka/every_message.h"

namespace klaxon::kafka::wire {
namespace {

template <class Request>
std::string ResponseBody(const typename Request::Response& response, int16_t version) {
  std::string body = EncodeResponse<Request>(response, version, 7);
  return body.substr(kFrameLengthSize + sizeof(int32_t));
}

TEMPLATE_LIST_TEST_CASE("every version of a request can be read back", "[wire]", EveryRequest) {
  for (int16_t version = TestType::kVersions.min; version <= TestType::kVersions.max; ++version) {
    INFO("version " << version);
    const std::string frame = EncodeRequest(TestType{}, version, 42, "klaxon");
    std::string_view bytes = std::string_view(frame).substr(kFrameLengthSize);
    const Result<RequestHeader> header = TakeRequestHeader(bytes);
    REQUIRE(header);
    CHECK(header->api_key == TestType::kApiKey);
    CHECK(header->api_version == version);
    CHECK(header->correlation_id == 42);
    CHECK(header->client_id == "klaxon");
    CHECK(DecodeRequest<TestType>(bytes, version));
  }
}

TEMPLATE_LIST_TEST_CASE("an answer cut at any byte is an error", "[wire]", EveryRequest) {
  for (int16_t version = TestType::kVersions.min; version <= TestType::kVersions.max; ++version) {
    const std::string body = ResponseBody<TestType>(typename TestType::Response{}, version);
    INFO("version " << version << ", " << body.size() << " bytes");
    REQUIRE(DecodeResponse<TestType>(body, version));
    for (size_t size = 0; size < body.size(); ++size) {
      const auto cut = DecodeResponse<TestType>(std::string_view(body).substr(0, size), version);
      REQUIRE_FALSE(cut);
      CHECK(cut.error().reason() == Reason::kBadAnswer);
    }
  }
}

TEMPLATE_LIST_TEST_CASE("bytes after the end of an answer are an error", "[wire]", EveryRequest) {
  for (int16_t version = TestType::kVersions.min; version <= TestType::kVersions.max; ++version) {
    const std::string body = ResponseBody<TestType>(typename TestType::Response{}, version) + "x";
    CHECK_FALSE(DecodeResponse<TestType>(body, version));
  }
}

TEST_CASE("a count that the bytes cannot hold is refused before anything is allocated", "[wire]") {
  // Metadata 1: brokers as a list of 2^31-1 items, then nothing.
  const std::string body("\x7F\xFF\xFF\xFF", 4);
  const auto response = DecodeResponse<MetadataRequest>(body, 1);
  REQUIRE_FALSE(response);
  CHECK(response.error().message() == "Metadata: list of 2147483647 items at byte 4, 0 are left");
}

TEST_CASE("a list of nearly empty items cannot take many times its bytes in memory", "[wire]") {
  // ListGroups 3: throttle time, error code, then four million groups of three bytes each.
  std::string body(6, '\0');
  Encoder encoder(body, 3, true);
  encoder(std::vector<ListGroupsResponse::Group>(4'000'000));
  body.push_back('\0');
  const auto response = DecodeResponse<ListGroupsRequest>(std::string(1, '\0') + body, 3);
  REQUIRE_FALSE(response);
  CHECK(response.error().message().starts_with("ListGroups: list of 4000000 nearly empty items"));
}

TEST_CASE("a null list of topics asks for all topics, an empty one for none", "[wire]") {
  const std::string all = EncodeRequest(MetadataRequest{}, 1, 1, "");
  const std::string none =
      EncodeRequest(MetadataRequest{.topics{std::vector<MetadataRequest::Topic>{}}}, 1, 1, "");
  CHECK(all.substr(all.size() - 4) == std::string("\xFF\xFF\xFF\xFF", 4));
  CHECK(none.substr(none.size() - 4) == std::string(4, '\0'));
}

}  // namespace
}  // namespace klaxon::kafka::wire
