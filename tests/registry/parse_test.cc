// Answers of registries as they are, and everything that they are not.

#include "agent/registry/parse.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

namespace klaxon::registry {
namespace {

using nlohmann::json;

/// A parser of this folder: true with a value, else the message.
struct Parser {
  const char* name;
  const char* good;  ///< as a registry sends it
  std::function<std::string(const std::string&)> parse;
};

template <class T>
std::function<std::string(const std::string&)> Saying(Result<T> (*parse)(std::string_view)) {
  return [parse](const std::string& body) {
    const Result<T> parsed = parse(body);
    return parsed ? std::string() : parsed.error().message();
  };
}

/// Bodies recorded from Apicurio 2.6.13 and 3.3.3, and as Confluent's and Karapace's documents have
/// them.
const std::vector<Parser>& Parsers() {
  static const std::vector<Parser> parsers = {
      {"names", R"(["s1-value","a/b"])", Saying(ParseNames)},
      {"versions", "[1,2,3]", Saying(ParseVersions)},
      {"version",
       R"({"id":6,"subject":"p-value","version":1,"schema":"syntax = \"proto3\";","schemaType":"PROTOBUF","references":[{"name":"a","subject":"b","version":2}]})",
       Saying(ParseVersion)},
      {"schemas",
       R"([{"subject":"a","version":1,"id":1,"guid":"x","schemaType":"AVRO","references":[],"metadata":null,"schema":"\"int\"","deleted":true}])",
       Saying(ParseSchemas)},
      {"schema by id", R"({"schema":"\"int\"","schemaType":"AVRO","maxId":7})",
       Saying(ParseSchemaById)},
      {"versions of an id", R"([{"subject":"s1-value","version":1}])",
       Saying(ParseSubjectVersions)},
      {"compatibility", R"({"compatibilityLevel":"NONE"})", Saying(ParseCompatibility)},
      {"mode", R"({"mode":"READWRITE"})", Saying(ParseMode)},
      {"server version", R"({"version":"8.5.0","commitId":"6bb3f4a2"})",
       Saying(ParseServerVersion)},
      {"health", R"({"karapace_version":"6.2.0","status":{"schema_registry_is_primary":true}})",
       Saying(ParseKarapaceHealth)},
  };
  return parsers;
}

TEST_CASE("answers are read as registries send them", "[registry]") {
  for (const Parser& parser : Parsers()) {
    INFO(parser.name);
    CHECK(parser.parse(parser.good).empty());
  }
  const auto version = ParseVersion(Parsers()[2].good);
  REQUIRE(version);
  CHECK(version->type == "PROTOBUF");
  CHECK(version->references == std::vector<SchemaReference>{{"a", "b", 2}});
  CHECK(ParseSchemas(Parsers()[3].good)->front().deleted == true);
  CHECK(ParseSchemaById(Parsers()[4].good)->max_id == 7);
  CHECK(ParseVersions("[3,1,2,1]").value() == std::vector<int32_t>{1, 2, 3});
  CHECK(ParseCompatibility(R"({"compatibility":"FULL","normalize":false})").value() == "FULL");
  CHECK(ParseKarapaceHealth(Parsers()[9].good)->primary == true);
}

TEST_CASE("a field of another shape is named, in every field of every answer", "[registry]") {
  const std::vector<json> shapes = {nullptr,       true,           -1,
                                    1e300,         99999999999,    "text",
                                    json::array(), json::object(), json::array({json::object()})};
  size_t tried = 0;
  for (const Parser& parser : Parsers()) {
    const json good = json::parse(parser.good);
    const json flat = good.flatten();
    for (const auto& [pointer, value] : flat.items()) {
      for (const json& shape : shapes) {
        json bad = good;
        bad[json::json_pointer(pointer)] = shape;
        const std::string message = parser.parse(bad.dump());
        INFO(parser.name << " " << pointer << " = " << shape.dump() << ": " << message);
        CHECK(message.find('\n') == std::string::npos);
        CHECK(message.size() < 300);
        ++tried;
      }
    }
    for (const json& shape : shapes) {
      const bool list = good.is_array() && shape.is_array();
      INFO(parser.name << " as a whole is " << shape.dump());
      CHECK((list || !parser.parse(shape.dump()).empty()));
    }
  }
  CHECK(tried > 150);
}

TEST_CASE("a wrong shape is told with its place", "[registry]") {
  struct Case {
    const char* body;
    const char* words;
  };

  for (const auto& [body, words] : std::vector<Case>{
           {R"({"subject":"a","version":"1","id":1,"schema":""})", "version is string instead of"},
           {R"({"subject":"a","version":1,"id":-5,"schema":""})", "id is not a number of 0 to"},
           {R"({"subject":"a","version":1,"id":18446744073709551615,"schema":""})", "id is not"},
           {R"({"subject":"a","version":1,"id":1})", "schema is missing"},
           {R"({"subject":7,"version":1,"id":1,"schema":""})", "subject is number instead of text"},
           {R"({"subject":"a","version":1,"id":1,"schema":"","references":[{"name":"x"}]})",
            "references.subject is missing"},
           {"[]", "the answer is array instead of an object"}}) {
    const auto parsed = ParseVersion(body);
    INFO(body);
    REQUIRE_FALSE(parsed);
    INFO(parsed.error().message());
    CHECK(parsed.error().message().find(words) != std::string::npos);
  }
}

TEST_CASE("what is no JSON, half of it, or too much of it is refused", "[registry]") {
  for (const Parser& parser : Parsers()) {
    const std::string good = parser.good;
    for (size_t end = 0; end < good.size(); ++end) {
      INFO(parser.name << ": " << good.substr(0, end));
      CHECK_FALSE(parser.parse(good.substr(0, end)).empty());
    }
    CHECK_FALSE(parser.parse("<html>").empty());
    CHECK_FALSE(parser.parse("\xff\xfe").empty());
    CHECK_FALSE(parser.parse(std::string(100'000, '[')).empty());
    CHECK_FALSE(parser.parse("\"Not Found\"").empty());  // Karapace's 404
  }
  std::string many = "[0";
  for (int i = 0; i < 2'000'001; ++i) {
    many += ",0";
  }
  CHECK_FALSE(ParseVersions(many + "]"));
}

TEST_CASE("whose registry it is is read from where Confluent tells it", "[registry]") {
  const auto told = ParseIds(
      R"({"id":"","scope":{"path":[],"clusters":{"kafka-cluster":"KID","schema-registry-cluster":"sr"}}})");
  REQUIRE(told);
  CHECK(told->kafka == "KID");
  CHECK(told->registry == "sr");
  CHECK(ParseIds(R"({"scope":{"clusters":{}}})")->kafka.empty());
  for (const char* body : {R"({"id":""})", R"({"scope":[]})", R"({"scope":{"clusters":1}})",
                           R"({"scope":{"clusters":{"kafka-cluster":7}}})", "[]"}) {
    INFO(body);
    CHECK_FALSE(ParseIds(body));
  }
}

TEST_CASE("errors of every registry are read", "[registry]") {
  struct Case {
    const char* body;
    int32_t code;
    const char* message;
  };

  for (const auto& [body, code, message] : std::vector<Case>{
           {R"({"error_code":40401,"message":"Subject 'x' not found."})", 40401,
            "Subject 'x' not found."},
           {R"({"error_code":0,"message":"Operation not supported."})", 0,
            "Operation not supported."},
           {R"({"error_code":422,"message":["first","second"]})", 422, "first"},
           {R"({"error_code":40101,"message":"bad token=hush"})", 40101, "bad token=***"},
           {R"("Not Found")", 0, ""},
           {"Not able to deserialize data provided.", 0, ""},
           {R"({"error_code":"x","message":{}})", 0, ""},
           {"", 0, ""}}) {
    INFO(body);
    const ErrorBody told = ParseErrorBody(body);
    CHECK(told.code == code);
    CHECK(told.message == message);
  }
}

}  // namespace
}  // namespace klaxon::registry
