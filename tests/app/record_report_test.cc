#include "agent/app/record_report.h"

#include <catch2/catch_test_macros.hpp>

#include "agent/app/schema_lookup.h"
#include "tests/support/fake_http_client.h"

namespace klaxon::app {
namespace {

using namespace std::string_literals;  // NOLINT(google-build-using-namespace): bytes with zeros
using State = SchemaStanding::State;

constexpr std::string_view kUrl = "http://registry:8081";

/// A registry as Confluent's answers: 23 lives, 25 is soft-deleted, others are not there.
class Registry {
 public:
  Registry() {
    Set("/schemas/ids/23?fetchMaxId=true", R"({"schema":"\"int\"","maxId":30})");
    Set("/schemas/ids/23/versions", R"([{"subject":"orders-value","version":2}])");
    Set("/schemas/ids/25?fetchMaxId=true", R"({"schema":"x","schemaType":"PROTOBUF"})");
    Set("/schemas/ids/25/versions", "[]");
    Set("/schemas/ids/25/versions?deleted=true", R"([{"subject":"old","version":1}])");
    for (const int id : {26, 385875968, 31}) {
      Set("/schemas/ids/" + std::to_string(id) + "?fetchMaxId=true",
          R"({"error_code":40403,"message":"Schema not found"})", 404);
    }
  }

  void Set(const std::string& path, const std::string& body, int status = 200) {
    http_.Set(std::string(kUrl) + path, body, status);
  }

  SchemaLookup& lookup() { return lookup_; }

  testing::FakeHttpClient& http() { return http_; }

 private:
  testing::FakeHttpClient http_;
  SystemClock clock_;
  SchemaLookup lookup_{registry::RegistryClient(http_, std::string(kUrl) + "/"), clock_};
};

JudgedPart Judged(SchemaLookup& lookup, const std::string& bytes) {
  JudgedPart part{.part = RecordPart::kValue, .prefix = ReadPrefix(RecordPart::kValue, bytes)};
  part.verdict = Judge(part.prefix, lookup.Knowledge());
  if (part.verdict.meant >= 0) {
    part.schema = lookup.ById(static_cast<int32_t>(part.verdict.meant));
  }
  return part;
}

TEST_CASE("a registry's answers become what is known of a schema", "[decode]") {
  Registry registry;
  const FoundSchema& live = registry.lookup().ById(23);
  CHECK(live.standing.state == State::kLive);
  CHECK(live.standing.type == "AVRO");  // which the API leaves out
  CHECK(live.versions == std::vector<std::pair<std::string, int32_t>>{{"orders-value", 2}});
  CHECK(registry.lookup().Knowledge().max_id == 30);
  CHECK(registry.lookup().ById(25).standing.state == State::kSoftDeleted);
  CHECK(registry.lookup().ById(26).standing.state == State::kAbsent);
  CHECK_FALSE(registry.lookup().error().has_value());
  registry.http().TakeAsked();
  CHECK(registry.lookup().ById(31).standing.state == State::kAbsent);
  CHECK(registry.http().TakeAsked().size() == 1);  // the highest id is known
  CHECK(registry.lookup().ById(23).text == "\"int\"");
  CHECK(registry.http().TakeAsked().empty());  // each is asked for once
}

TEST_CASE("the highest id is found by way of any subject", "[decode]") {
  Registry registry;
  registry.Set("/subjects?deleted=false&offset=0&limit=1", R"(["a/b","c"])");
  registry.Set("/subjects/a%2Fb/versions/latest",
               R"({"subject":"a/b","version":2,"id":23,"schema":"\"int\""})");
  CHECK(registry.lookup().ById(26).standing.state == State::kAbsent);
  CHECK(registry.lookup().Knowledge().max_id == 30);
}

TEST_CASE("what is no registry makes a schema unknown, not absent", "[decode]") {
  struct Case {
    std::string body;
    int status;
  };

  for (const Case& each :
       {Case{"<html>404</html>", 404}, Case{"{}", 200}, Case{"[1]", 200},
        Case{R"({"schema":7})", 200}, Case{"", 500}, Case{R"({"schema":)", 200}}) {
    CAPTURE(each.body);
    Registry registry;
    registry.Set("/schemas/ids/9?fetchMaxId=true", each.body, each.status);
    CHECK(registry.lookup().ById(9).standing.state == State::kUnknown);
    REQUIRE(registry.lookup().error().has_value());
    CHECK(registry.lookup().error()->message().find("registry:8081") != std::string::npos);
  }
}

TEST_CASE("a GUID is resolved where the registry has GUIDs", "[decode]") {
  const std::string guid = "89791762-2336-4186-9674-299b90a802e2";
  Registry registry;
  registry.Set("/schemas/guids/" + guid, R"({"guid":"x","schemaType":"JSON","schema":"{}"})");
  CHECK(registry.lookup().ByGuid(guid).standing.state == State::kLive);
  CHECK(registry.lookup().ByGuid(guid).standing.type == "JSON");
  CHECK_FALSE(registry.lookup().error().has_value());
  Registry old;
  old.Set("/schemas/guids/" + guid, R"({"error_code":404,"message":"HTTP 404 Not Found"})", 404);
  CHECK(old.lookup().ByGuid(guid).standing.state == State::kUnknown);
  REQUIRE(old.lookup().error().has_value());
  CHECK(old.lookup().error()->message().find("resolves no GUIDs") != std::string::npos);
}

TEST_CASE("how the first bytes were read is told piece by piece", "[decode]") {
  Registry registry;
  registry.Set("/schemas/ids/0?fetchMaxId=true", R"({"error_code":40403})", 404);

  struct Case {
    std::string bytes;
    std::vector<std::pair<std::string, std::string>> segments;
  };

  const std::vector<Case> cases{
      {"\0\0\0\0\x17\x06"s, {{"00", "magic byte"}, {"00 00 00 17", "id 23"}, {"06", "payload"}}},
      {"\0\x17\0\0\0x"s,
       {{"00", "magic byte"},
        {"17 00 00 00", "id 385875968; little-endian 23"},
        {"78", "payload"}}},
      {"\0\0\0\0\0\0\0\0\x17"s,
       {{"00", "magic byte"}, {"00 00 00 00 00 00 00 17", "id 23 in 8 bytes"}}},
      {"{}", {{"7b 7d", ""}}},
      {std::string(30, '\x80'),
       {{"80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 "
         "80 80 ...",
         ""}}},
  };
  for (const Case& each : cases) {
    std::vector<std::pair<std::string, std::string>> told;
    for (const Segment& segment : SegmentsOf(Judged(registry.lookup(), each.bytes))) {
      told.emplace_back(segment.hex, segment.meaning);
    }
    CHECK(told == each.segments);
  }
}

TEST_CASE("what a terminal would obey stays out of a record's lines, and JSON stays JSON",
          "[decode]") {
  Registry registry;
  registry.Set("/schemas/ids/23?fetchMaxId=true", "{\"schema\":\"a\\u001b[31m\\nb\"}");
  const JudgedRecord record{
      .topic = "a\x1b[31m\xff",
      .parts = {Judged(registry.lookup(), "\0\0\0\0\x17"s), Judged(registry.lookup(), "\x1b]0")}};
  const std::string lines = RecordLines(record);
  CHECK(lines.find('\x1b') == std::string::npos);
  CHECK(lines.find("  a?[31m\n  b\n") != std::string::npos);
  CHECK(RecordAsJson(record).find('\xff') == std::string::npos);
}

}  // namespace
}  // namespace klaxon::app
