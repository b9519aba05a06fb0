#include "agent/http/origin.h"

#include <catch2/catch_test_macros.hpp>

namespace klaxon::http {
namespace {

TEST_CASE("what changes something must come from our own pages or from no browser") {
  struct Case {
    std::string what;
    HeaderList headers;
    bool taken;
    std::string host = "klaxon:9308";
  };

  const std::vector<Case> cases{
      {"a program", {}, true},
      {"our page, in a browser of today", {{"Sec-Fetch-Site", "same-origin"}}, true},
      {"typed by the user", {{"Sec-Fetch-Site", "none"}}, true},
      {"another site", {{"Sec-Fetch-Site", "cross-site"}}, false},
      {"another port of this host", {{"Sec-Fetch-Site", "same-site"}}, false},
      {"a word that does not exist", {{"sec-fetch-site", "same-origin, cross-site"}}, false},
      {"an empty word", {{"Sec-Fetch-Site", ""}}, false},
      {"another site that claims our Origin",
       {{"Sec-Fetch-Site", "cross-site"}, {"Origin", "http://klaxon:9308"}},
       false},
      {"our page, in an older browser", {{"Origin", "http://klaxon:9308"}}, true},
      {"our page behind a proxy that undoes TLS", {{"Origin", "https://klaxon:9308"}}, true},
      {"our page in capitals", {{"Origin", "http://KLAXON:9308"}}, true},
      {"our page on the usual port", {{"Origin", "https://klaxon"}}, true, "klaxon"},
      {"our page on the usual port, written out",
       {{"Origin", "https://klaxon"}},
       true,
       "klaxon:443"},
      {"our page by IPv6", {{"Origin", "http://[::1]:9308"}}, true, "[::1]:9308"},
      {"another host", {{"Origin", "http://evil:9308"}}, false},
      {"another port", {{"Origin", "http://klaxon:9309"}}, false},
      {"a host that begins like ours", {{"Origin", "http://klaxon:9308.evil.example"}}, false},
      {"a host that ends like ours", {{"Origin", "http://evil-klaxon:9308"}}, false},
      {"a user name like our host", {{"Origin", "http://klaxon:9308@evil.example"}}, false},
      {"a sandboxed frame", {{"Origin", "null"}}, false},
      {"an empty Origin", {{"Origin", ""}}, false},
      {"an extension", {{"Origin", "moz-extension://klaxon:9308"}}, false},
      {"an Origin and no Host", {{"Origin", "http://klaxon:9308"}}, false, ""},
      {"a path in the Origin", {{"Origin", "http://klaxon:9308/x"}}, false},
  };
  for (const Case& each : cases) {
    Request request;
    request.method = "POST";
    request.headers = each.headers;
    request.host = each.host;
    CAPTURE(each.what, WrongOrigin(request));
    CHECK(WrongOrigin(request).empty() == each.taken);
  }
}

}  // namespace
}  // namespace klaxon::http
