#include "agent/http/url.h"

#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace klaxon::http {
namespace {

TEST_CASE("a URL is taken apart") {
  struct Case {
    std::string text;
    Url url;
  };

  const std::vector<Case> cases{
      {"http://connect:8083", {"http", "connect", 8083, "/", ""}},
      {"HTTP://Connect:8083/Connectors", {"http", "connect", 8083, "/Connectors", ""}},
      {"http://host", {"http", "host", 80, "/", ""}},
      {"https://host/", {"https", "host", 443, "/", ""}},
      {"http://h/a/b?expand=status&expand=info",
       {"http", "h", 80, "/a/b", "expand=status&expand=info"}},
      {"http://h?q", {"http", "h", 80, "/", "q"}},
      {"http://h/p#fragment", {"http", "h", 80, "/p", ""}},
      {"http://[::1]:80/x", {"http", "::1", 80, "/x", ""}},
      {"http://10.0.0.1:1", {"http", "10.0.0.1", 1, "/", ""}},
  };
  for (const Case& each : cases) {
    CAPTURE(each.text);
    const Result<Url> url = ParseUrl(each.text);
    REQUIRE(url);
    CHECK(*url == each.url);
  }
}

TEST_CASE("what is no usable URL is refused, with the reason and without a password") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "does not start with http://"},
      {"connect:8083", "does not start with http://"},
      {"ftp://host", "neither http:// nor https://"},
      {"http://", "host or port"},
      {"http://:80", "host or port"},
      {"http://host:0", "host or port"},
      {"http://host:65536", "host or port"},
      {"http://host:80x", "host or port"},
      {"http://ho st", "percent-encoding"},
      {"http://host/\r\nX: y", "percent-encoding"},
      {"http://h%41", "host or port"},
      {"http://::1:80", "host or port"},
      {"http://user:hunter2@host/", "do not belong into a URL"},
  };
  for (const auto& [text, why] : cases) {
    CAPTURE(text);
    const Result<Url> url = ParseUrl(text);
    REQUIRE_FALSE(url);
    CHECK(url.error().reason() == Reason::kInvalid);
    CHECK(url.error().message().find(why) != std::string::npos);
    CHECK(url.error().message().find("hunter2") == std::string::npos);
  }
}

TEST_CASE("what is shown of a URL leaves its query out, what is sent does not") {
  const Result<Url> url = ParseUrl("http://h:81/p?token=hunter2");
  REQUIRE(url);
  CHECK(url->Origin() == "http://h:81");
  CHECK(url->ForPeople() == "http://h:81/p");
  CHECK(url->Target() == "/p?token=hunter2");
}

TEST_CASE("percent-encoding goes there and back for every byte") {
  std::string every;
  for (int i = 0; i < 256; ++i)
    every += static_cast<char>(i);
  const std::string encoded = PercentEncode(every);
  std::string decoded;
  REQUIRE(PercentDecode(encoded, decoded));
  CHECK(decoded == every);
  CHECK(PercentEncode("a/b c") == "a%2Fb%20c");
  for (const char* bad : {"%", "%4", "%4g", "%%41"}) {
    CAPTURE(bad);
    CHECK_FALSE(PercentDecode(bad, decoded));
  }
}

}  // namespace
}  // namespace klaxon::http
