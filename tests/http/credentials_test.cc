#include "agent/http/credentials.h"

#include <catch2/catch_test_macros.hpp>

#include "agent/http/token_buckets.h"

namespace klaxon::http {
namespace {

TEST_CASE("base64 is decoded strictly") {
  CHECK(DecodeBase64("") == "");
  CHECK(DecodeBase64("YQ==") == "a");
  CHECK(DecodeBase64("YWI=") == "ab");
  CHECK(DecodeBase64("YWJj") == "abc");
  CHECK(DecodeBase64("/+7/AA==") == std::string("\xff\xee\xff\0", 4));
  for (const char* text :
       {"Y", "YQ", "YQ=", "YQ===", "Y=Q=", "=", "====", "YWJj\n", "YW J", "YW-_"}) {
    CAPTURE(text);
    CHECK_FALSE(DecodeBase64(text));
  }
}

TEST_CASE("a Basic login is a user and a password, and nothing else is one") {
  struct Case {
    std::string header;
    std::string user;
    std::string password;
  };

  const std::vector<Case> cases{{"Basic YTpi", "a", "b"},
                                {"basic   YTpi ", "a", "b"},
                                {"BASIC YTpiOmM=", "a", "b:c"},
                                {"Basic Og==", "", ""},
                                {"Basic YTo=", "a", ""}};
  for (const Case& each : cases) {
    CAPTURE(each.header);
    const std::optional<Credentials> read = ParseBasic(each.header);
    REQUIRE(read);
    CHECK(read->user == each.user);
    CHECK(read->password == each.password);
  }
  for (const char* header :
       {"", "Basic", "Basic ", "BasicYTpi", "Bearer YTpi", "Basic YQ==", "Basic ?", "YTpi"}) {
    CAPTURE(header);
    CHECK_FALSE(ParseBasic(header));
  }
}

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("a bucket gives its burst and then one token an interval") {
  TokenBuckets buckets(3, seconds{2}, 10);
  const MonoTime begin{};
  for (int i = 0; i < 3; ++i)
    CHECK(buckets.Take("a", begin));
  CHECK_FALSE(buckets.Take("a", begin));
  CHECK(buckets.Wait("a", begin) == seconds{2});
  CHECK(buckets.Wait("a", begin + milliseconds{500}) == milliseconds{1500});
  CHECK(buckets.Wait("b", begin) == Duration::zero());
  CHECK(buckets.Take("a", begin + seconds{2}));
  CHECK_FALSE(buckets.Take("a", begin + seconds{2}));
  buckets.GiveBack("a");
  CHECK(buckets.Take("a", begin + seconds{2}));
  // An hour later no more than the burst is there.
  for (int i = 0; i < 3; ++i)
    CHECK(buckets.Take("a", begin + std::chrono::hours{1}));
  CHECK_FALSE(buckets.Take("a", begin + std::chrono::hours{1}));
}

TEST_CASE("a bucket of nothing gives nothing") {
  TokenBuckets buckets(0, seconds{1}, 1);
  CHECK_FALSE(buckets.Take("", MonoTime{}));
  CHECK_FALSE(buckets.Take("", MonoTime{} + std::chrono::hours{1}));
}

TEST_CASE("the number of buckets is bounded, and full ones are forgotten first") {
  TokenBuckets buckets(2, seconds{1}, 100);
  MonoTime now{};
  for (int i = 0; i < 99; ++i)
    buckets.Take("old" + std::to_string(i), now);
  now += seconds{10};
  buckets.Take("new", now);
  buckets.Take("new", now);
  for (int i = 0; i < 50; ++i)
    buckets.Take("more" + std::to_string(i), now);
  CHECK_FALSE(buckets.Take("new", now));
  for (int i = 0; i < 10'000; ++i)
    buckets.Take("flood" + std::to_string(i), now);
  CHECK(buckets.size() <= 100);
}

}  // namespace
}  // namespace klaxon::http
