#include "collectors/rest_proxy/parse.h"

#include <catch2/catch_test_macros.hpp>

namespace klaxon::rest_proxy_collector {
namespace {

using Names = std::vector<std::string>;
using Ids = std::vector<int32_t>;

TEST_CASE("lists are read, sorted and without doubles", "[rest_proxy]") {
  CHECK(*ParseTopics(R"(["b","a","b"])") == Names{"a", "b"});
  CHECK(ParseTopics("[]")->empty());
  CHECK(*ParseBrokers(R"({"brokers":[3,1]})") == Ids{1, 3});
  CHECK(*ParseClusterId(R"({"data":[{"cluster_id":"x-1"}]})") == "x-1");
  const auto whole = ParseTopicsV3(R"({"metadata":{"next":null},"data":[{"topic_name":"b"}]})");
  CHECK(whole->entries == Names{"b"});
  CHECK_FALSE(whole->more);
  CHECK(ParseBrokersV3(R"({"data":[{"broker_id":2},{"broker_id":1}]})")->entries == Ids{1, 2});
  const auto page =
      ParseTopicsV3(R"({"metadata":{"next":"http://p/v3/x"},"data":[{"topic_name":"b"}]})");
  CHECK(page->entries == Names{"b"});
  CHECK(page->more);
}

TEST_CASE("what is no such answer is refused with what is wrong", "[rest_proxy]") {
  const std::string long_name(250, 'a');
  for (const std::string& body :
       {std::string(), std::string("["), std::string("{}"), std::string("null"), std::string("[1]"),
        std::string(R"([""])"), std::string(R"([["a"]])"), "[\"" + long_name + "\"]",
        std::string(R"({"error_code":50002})")}) {
    CAPTURE(body);
    REQUIRE_FALSE(ParseTopics(body));
    CHECK(ParseTopics(body).error().reason() == Reason::kBadAnswer);
  }
  for (const char* const body : {"", "[]", "{}", R"({"brokers":1})", R"({"brokers":[-1]})",
                                 R"({"brokers":["1"]})", R"({"brokers":[99999999999]})",
                                 R"({"brokers":[18446744073709551615]})", R"({"brokers":[1.5]})"}) {
    CAPTURE(body);
    CHECK_FALSE(ParseBrokers(body));
  }
  for (const char* const body :
       {"", "[]", R"({"data":1})", R"({"data":[]})", R"({"data":[1]})", R"({"data":[{}]})",
        R"({"data":[{"cluster_id":7}]})", R"({"data":[{"cluster_id":""}]})",
        R"({"data":[{"cluster_id":"a"},{"cluster_id":"b"}]})"}) {
    CAPTURE(body);
    CHECK_FALSE(ParseClusterId(body));
  }
}

TEST_CASE("a node tells what it is, or not", "[rest_proxy]") {
  CHECK(ParseIdentity(R"({"bridge_version":"0.33.1"})").kind == RestProxyKind::kBridge);
  CHECK(ParseIdentity(R"({"karapace_version":"6.2.0"})").kind == RestProxyKind::kKarapace);
  CHECK(ParseIdentity(R"({"karapace_version":"6.2.0"})").version == "6.2.0");
  for (const char* const body : {"", "{}", "[]", R"({"bridge_version":1})", "\"x\""}) {
    CAPTURE(body);
    CHECK(ParseIdentity(body).kind == RestProxyKind::kUnknown);
  }
}

TEST_CASE("errors are read in every shape that proxies send", "[rest_proxy]") {
  CHECK(ParseError(R"({"error_code":50002,"message":"Kafka error: no"})").words ==
        "50002: Kafka error: no");
  CHECK(ParseError(R"({"error_code":40301})").words == "40301");
  CHECK(ParseError(R"({"message":"no"})").words == "no");
  CHECK(ParseError("\"Not Found\"").words == "Not Found");
  CHECK(ParseError(R"({"error_code":50002,"message":"login failed: password=hush"})").words ==
        "50002: login failed: password=***");
  CHECK(ParseError(R"("no token=hush")").words == "no token=***");
  CHECK(ParseError(R"({"error_code":50002,"message":"a\nb\u0000"})").words.find('\n') ==
        std::string::npos);
  for (const char* const body :
       {"", "[]", "404: Not Found", R"({"error_code":"x","message":["a"]})"}) {
    CAPTURE(body);
    CHECK(ParseError(body).words.empty());
  }
  CHECK(MeaningOf(50002).find("brokers") != std::string_view::npos);
  CHECK(MeaningOf(40401).empty());
}

}  // namespace
}  // namespace klaxon::rest_proxy_collector
