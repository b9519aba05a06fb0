#include "exporters/query/query_api.h"

#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "exporters/query/answers.h"
#include "exporters/query/parameters.h"
#include "tests/metrics/estate.h"
#include "tests/support/fake_clock.h"

namespace klaxon::query_api {
namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

/// The estate, sampled ten times with 15 s between; its answers are good for 30 s.
struct Sampled {
  Sampled() {
    for (int i = 0; i < 10; ++i) {
      if (i > 0) clock.Advance(std::chrono::seconds{15});
      View view = testing::EstateView();
      Instant now = view.now;
      now.wall = clock.Now().wall;
      keeper.Sample(view, now);
    }
  }

  nlohmann::json Ask(http::Response (QueryApi::*what)(const http::Request&), Query query,
                     int status = 200) {
    const http::Response response = (api.*what)({.query = std::move(query)});
    INFO(response.body);
    CHECK(response.status == status);
    return nlohmann::json::parse(response.body);
  }

  nlohmann::json List(http::Response (QueryApi::*what)(const http::Request&) const, Query query,
                      const std::string& path = "") {
    const http::Response response = (api.*what)({.path = path, .query = std::move(query)});
    CHECK(response.status == 200);
    return nlohmann::json::parse(response.body);
  }

  testing::FakeClock clock{};
  series::Keeper keeper{
      {.history = {{"kafka_brokers", 3'600'000}}}, clock, [](metrics::MetricWriter&) {}};
  QueryApi api{keeper, clock};
};

TEST_CASE("an instant query is answered in Prometheus' shape") {
  Sampled sampled;
  CHECK(sampled.Ask(&QueryApi::Query, {{"query", "kafka_brokers"}}).dump() ==
        R"({"data":{"result":[{"metric":{"__name__":"kafka_brokers","cluster":"main"},)"
        R"("value":[1767225735,"3"]}],"resultType":"vector"},"status":"success"})");
  CHECK(sampled.Ask(&QueryApi::Query, {{"query", "1/3"}, {"time", "1767225735.25"}}).dump() ==
        R"({"data":{"result":[1767225735.25,"0.3333333333333333"],"resultType":"scalar"},)"
        R"("status":"success"})");
  CHECK(sampled.Ask(&QueryApi::Query, {{"query", "\"a\""}, {"time", "2026-01-01T01:00:00+01:00"}})
            .dump() ==
        R"({"data":{"result":[1767225600,"a"],"resultType":"string"},"status":"success"})");
  const auto matrix = sampled.Ask(&QueryApi::Query, {{"query", "kafka_brokers[31s]"}});
  CHECK(matrix["data"]["resultType"] == "matrix");
  CHECK(matrix["data"]["result"][0]["values"].size() == 3);
}

TEST_CASE("a range query gives a point a step, and says what it lacks") {
  Sampled sampled;
  const auto answer = sampled.Ask(&QueryApi::QueryRange, {{"query", "count(kafka_brokers)"},
                                                          {"start", "1767225600"},
                                                          {"end", "1767225735"},
                                                          {"step", "45s"}});
  CHECK(answer["data"]["result"][0]["values"].dump() ==
        R"([[1767225600,"1"],[1767225645,"1"],[1767225690,"1"],[1767225735,"1"]])");
  CHECK_FALSE(answer.contains("warnings"));
  const auto lacking = sampled.Ask(&QueryApi::QueryRange, {{"query", "kafka_broker_up"},
                                                           {"start", "1767225600"},
                                                           {"end", "1767225735"},
                                                           {"step", "15"}});
  CHECK(lacking["warnings"][0] ==
        "no history is kept of kafka_broker_up: only its newest values are seen");
}

TEST_CASE("what cannot be understood is refused in Prometheus' words") {
  Sampled sampled;

  struct Case {
    bool range = false;
    Query query{};
    int status = 400;
    std::string type{};
    std::string error{};
  };

  const std::vector<Case> cases{
      {false, {}, 400, "bad_data", "invalid parameter \"query\": 1:1"},
      {false, {{"query", "sum("}}, 400, "bad_data", "invalid parameter \"query\": 1:"},
      {false,
       {{"query", "1"}, {"time", "x"}},
       400,
       "bad_data",
       "cannot parse \"x\" to a valid timestamp"},
      {false,
       {{"query", "1"}, {"time", "2026-02-30T00:00:00Z"}},
       400,
       "bad_data",
       "valid timestamp"},
      {false, {{"query", "1"}, {"timeout", "-"}}, 400, "bad_data", "valid duration"},
      {true,
       {{"query", "1"}, {"start", "2"}, {"end", "1"}},
       400,
       "bad_data",
       "must not be before start"},
      {true,
       {{"query", "1"}, {"start", "1"}, {"end", "2"}, {"step", "0"}},
       400,
       "bad_data",
       "zero or negative"},
      {true,
       {{"query", "1"}, {"start", "1"}, {"end", "1e9"}, {"step", "1"}},
       400,
       "bad_data",
       "11000 points"},
      {true, {{"query", "a[1m]"}, {"start", "1"}, {"end", "2"}}, 400, "bad_data", "range vector"},
      {false,
       {{"query", "kafka_broker_up + on (cluster) kafka_broker_up"}},
       422,
       "execution",
       "many-to-many"},
  };
  for (const Case& c : cases) {
    INFO(c.error);
    const auto answer =
        sampled.Ask(c.range ? &QueryApi::QueryRange : &QueryApi::Query, c.query, c.status);
    CHECK(answer["status"] == "error");
    CHECK(answer["errorType"] == c.type);
    CHECK(answer["error"].get<std::string>().find(c.error) != std::string::npos);
  }
}

TEST_CASE("a query that costs too much ends") {
  Sampled sampled;
  QueryApi few{sampled.keeper, sampled.clock, {.samples = 20}};
  const http::Response response = few.Query({.query = {{"query", "{__name__=~\".+\"}"}}});
  CHECK(response.status == 422);
  CHECK(response.body.find("touches more than 20 samples") != std::string::npos);
}

TEST_CASE("series, names of labels and their values are listed") {
  Sampled sampled;
  CHECK(sampled
            .List(&QueryApi::Series,
                  {{"match[]", "kafka_brokers"}, {"match[]", "kafka_brokers"}})["data"]
            .dump() == R"([{"__name__":"kafka_brokers","cluster":"main"}])");
  const auto names = sampled.List(&QueryApi::LabelNames, {})["data"];
  CHECK(names.size() > 10);
  CHECK(names[0] == "__name__");
  CHECK(sampled.List(&QueryApi::LabelNames, {{"match[]", "kafka_brokers"}})["data"].dump() ==
        R"(["__name__","cluster"])");
  CHECK(sampled.List(&QueryApi::LabelValues, {}, "/api/v1/label/cluster/values")["data"].dump() ==
        R"(["main"])");
  CHECK(sampled
            .List(&QueryApi::LabelValues, {{"match[]", "kafka_broker_up"}},
                  "/api/v1/label/id/values")["data"]
            .dump() == R"(["1","2","3"])");
  const auto metrics =
      sampled.List(&QueryApi::LabelValues, {{"limit", "2"}}, "/api/v1/label/__name__/values");
  CHECK(metrics["data"].size() == 2);
  CHECK(metrics["warnings"][0] == "results truncated due to limit");
  CHECK(sampled.api.Series({}).status == 400);
  http::Request many{.query = {}};
  for (size_t i = 0; i < kMostSelectors; ++i) {
    many.query.emplace_back("match[]", "kafka_brokers");
  }
  CHECK(sampled.api.Series(many).status == 200);
  many.query.emplace_back("match[]", "kafka_brokers");
  CHECK(sampled.api.Series(many).status == 400);
  CHECK(sampled.api.LabelValues({.path = "/api/v1/label//values"}).status == 404);
}

TEST_CASE("values are written as Prometheus writes them") {
  CHECK(ValueText(0) == "0");
  CHECK(ValueText(-0.5) == "-0.5");
  CHECK(ValueText(123456789012345) == "123456789012345");
  CHECK(ValueText(1e-7) == "1e-7");
  CHECK(ValueText(1e21) == "1e+21");
  CHECK(ValueText(1e20) == "100000000000000000000");
  std::string json;
  AppendText("a\"\\\n\xff", json);
  CHECK(json == "\"a\\\"\\\\\\u000a\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace klaxon::query_api
