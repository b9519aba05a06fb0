#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/http/gzip.h"
#include "agent/http/message.h"

namespace klaxon::http {
namespace {

TEST_CASE("gzip is used exactly when Accept-Encoding allows it") {
  const std::vector<std::pair<std::string, bool>> cases{
      {"", false},
      {"gzip", true},
      {"GZip", true},
      {"x-gzip", true},
      {"br, gzip", true},
      {"gzip, deflate, br, zstd", true},
      {"identity", false},
      {"gzipped", false},
      {"br", false},
      {"gzip;q=0", false},
      {"gzip; q=0", false},
      {"gzip;Q=0.000", false},
      {"gzip;q=0.001", true},
      {"gzip;q=1", true},
      {"gzip;q=1.000", true},
      {"*", true},
      {"*;q=0", false},
      {"gzip;q=0, *", false},
      {"*, gzip;q=0", false},
      {"*;q=0, gzip", true},
      {"identity;q=0, gzip;q=0.5", true},
      {"gzip;q=nonsense", false},
      {"gzip;q=", false},
      {"gzip;q=2", false},
      {"gzip;q=0.0001", false},
      {"gzip;level=9", true},
      {",,, gzip ,", true},
      {";;;", false},
  };
  for (const auto& [header, accepted] : cases) {
    CAPTURE(header);
    CHECK(AcceptsGzip(header) == accepted);
  }
}

std::string Inflated(const std::string& file) {
  const BodySource source = InflateGzip(std::make_shared<const std::string>(file));
  std::string text;
  while (source(text)) {
  }
  return text;
}

TEST_CASE("what was compressed is inflated again, whatever its size and number of members") {
  for (const size_t size :
       {size_t{0}, size_t{1}, size_t{65'536}, size_t{65'537}, size_t{5'000'000}}) {
    CAPTURE(size);
    const std::string text(size, 'x');
    const Result<std::string> file = Gzip(text);
    REQUIRE(file);
    CHECK(Inflated(*file) == text);
    CHECK(Inflated(*file + *Gzip("second member")) == text + "second member");
  }
}

TEST_CASE("a damaged gzip file ends the body instead of hanging") {
  const std::string file = *Gzip(std::string(100'000, 'a'));
  for (size_t size = 0; size < file.size(); ++size) {
    CHECK(Inflated(file.substr(0, size)).size() <= 100'000);
  }
  CHECK(Inflated("this is no gzip file").empty());
}

Response Tagged(std::string_view if_none_match, const std::string& method = "GET") {
  Request request{.method = method, .path = "/"};
  if (!if_none_match.empty()) request.headers.emplace_back("If-None-Match", if_none_match);
  return WithETag(request, TextResponse(200, "body"));
}

TEST_CASE("a page that the client has already is answered with 304") {
  const std::string tag(FindHeader(Tagged("").headers, "ETag"));
  REQUIRE(tag.starts_with("W/\""));
  const std::string strong = tag.substr(2);
  const std::vector<std::pair<std::string, int>> cases{
      {"", 200},
      {tag, 304},
      {strong, 304},
      {"\"other\"", 200},
      {"\"other\", " + tag, 304},
      {"*", 304},
      {"W/\"", 200},
      {strong.substr(1), 200},
  };
  for (const auto& [header, status] : cases) {
    CAPTURE(header);
    const Response response = Tagged(header);
    CHECK(response.status == status);
    CHECK(response.body == (status == 200 ? "body" : ""));
    CHECK(FindHeader(response.headers, "ETag") == tag);
  }
  CHECK(Tagged(tag, "POST").status == 200);
  CHECK(Tagged(tag, "HEAD").status == 304);
}

}  // namespace
}  // namespace klaxon::http
