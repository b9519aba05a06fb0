#include <algorithm>
#include <array>
#include <fstream>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agent/promql/parser.h"
#include "tests/support/conformance.h"

namespace klaxon::promql {
namespace {

constexpr std::string_view kDurationExpression = "experimental: arithmetic in durations";
constexpr std::string_view kExperimentalCall = "experimental function";

struct OutOfReach {
  std::string_view input{};
  std::string_view reason{};
};

/// What Prometheus' parser takes with its experimental features on, and we refuse.
constexpr OutOfReach kOutOfReach[] = {
    {"foo offset +(5)", kDurationExpression},
    {"foo offset -(5)", kDurationExpression},
    {"foo offset (5)", kDurationExpression},
    {"foo[(5s)]", kDurationExpression},
    {"start()", kExperimentalCall},
    {"end()", kExperimentalCall},
    {"info(rate(http_request_counter_total{}[5m]))", kExperimentalCall},
    {"info(http_request_counter_total{namespace=\"zzz\"}, {foo=\"bar\", bar=\"baz\"})",
     kExperimentalCall},
    {"foo[11s+10s-5*2^2]", kDurationExpression},
    {"foo[-(10s-5s)+20s]", kDurationExpression},
    {"foo[-10s+15s]", kDurationExpression},
    {"foo[step()]", kDurationExpression},
    {"foo[  -  step  (  )  ]", kDurationExpression},
    {"foo[   step  (  )  ]", kDurationExpression},
    {"foo[-step()]", kDurationExpression},
    {"foo offset step()", kDurationExpression},
    {"foo offset -step()", kDurationExpression},
    {"foo[max_of(step(),5s)]", kDurationExpression},
    {"foo offset max_of(step(),5s)", kDurationExpression},
    {"foo offset -min_of(5s,step()+8s)", kDurationExpression},
    {"foo[range()]", kDurationExpression},
    {"foo[2m/range()]", kDurationExpression},
    {"foo[-range()]", kDurationExpression},
    {"foo offset range()", kDurationExpression},
    {"foo offset -range()", kDurationExpression},
    {"foo[max_of(range(),5s)]", kDurationExpression},
    {"foo[4s+4s:1s*2] offset (5s-8)", kDurationExpression},
    {"rate(foo[2m+2m])", kDurationExpression},
    {"foo offset -(1^2)", kDurationExpression},
    {"foo offset (-1^2)", kDurationExpression},
    {"foo[-2^2]", kDurationExpression},
    {"foo[0+-2^2]", kDurationExpression},
};

std::string_view ReasonOf(const std::string& input) {
  const auto* const found = std::ranges::find(kOutOfReach, input, &OutOfReach::input);
  return found == std::end(kOutOfReach) ? std::string_view() : found->reason;
}

TEST_CASE("Prometheus' own parser cases are accepted and refused as there") {
  const auto folder = ConformanceFolder("promql");
  std::ifstream file(folder / "parse_cases.json");
  const nlohmann::json cases = nlohmann::json::parse(file);
  size_t same = 0;
  size_t left_out = 0;
  for (const auto& one : cases) {
    const auto input = one.at("input").get<std::string>();
    const bool fails = one.at("fail").get<bool>();
    const Parsed parsed = Parse(input);
    CHECK((parsed.expression == nullptr) == parsed.mistake.has_value());
    const std::string said = parsed.mistake ? ToString(*parsed.mistake) : "accepted";
    if (const std::string_view reason = ReasonOf(input); !fails && !reason.empty()) {
      ++left_out;
      fmt::print("left out: {} ({}): {}\n", input, reason, said);
      CHECK(parsed.mistake.has_value());
      continue;
    }
    INFO(input);
    INFO("here: " << said);
    INFO("Prometheus: " << one.value("error", "accepted"));
    CHECK(parsed.mistake.has_value() == fails);
    if (parsed.mistake.has_value() == fails) ++same;
  }
  fmt::print("parser cases: {} of {} as in Prometheus, {} left out by name\n", same, cases.size(),
             left_out);
  CHECK(same + left_out == cases.size());
  CHECK(left_out == std::size(kOutOfReach));
}

}  // namespace
}  // namespace klaxon::promql
