#include "tests/support/conformance.h"

#include <cstdint>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agent/base/clock.h"
#include "alerts/templates/template.h"

namespace klaxon::templates {
namespace {

using nlohmann::json;

/// What a sample with a native histogram shows: we have none.
bool NeedsHistogram(const json& one) {
  return one.at("output") == "{count:3, sum:10}";
}

Value ItemOf(const json& item, const std::string& type) {
  if (item.is_string()) return item.get<std::string>();
  if (type.find("uint") != std::string::npos) return item.get<uint64_t>();
  if (type.find("int") != std::string::npos) return item.get<int64_t>();
  return item.get<double>();
}

Value InputOf(const json& one) {
  if (!one.contains("input")) return {};
  const json& input = one.at("input");
  const std::string type = one.at("input_type").get<std::string>();
  if (input.is_string()) {  // what JSON cannot say: [+Inf -Inf NaN]
    constexpr double kInfinite = std::numeric_limits<double>::infinity();
    return Value::OfList({kInfinite, -kInfinite, std::numeric_limits<double>::quiet_NaN()});
  }
  if (!input.is_array()) return ItemOf(input, type);
  std::vector<Value> items;
  for (const json& item : input)
    items.push_back(ItemOf(item, type));
  return Value::OfList(std::move(items));
}

Environment EnvironmentOf(const json& one) {
  std::vector<Sample> samples;
  for (const json& sample : one.value("query_result", json::array()))
    samples.push_back({sample.at("metric").get<std::map<std::string, std::string>>(),
                       std::stod(sample.at("value").get<std::string>())});
  return {.now = WallTime(std::chrono::seconds(1353755652)),
          .query = [samples](const std::string&) -> Result<std::vector<Sample>> { return samples; },
          .external_url = "http://testhost:9090/path/prefix",
          .path_prefix = "/path/prefix"};
}

std::string Expanded(const json& one) {
  const Result<Template> read = Template::Parse("test", one.at("text").get<std::string>());
  if (!read) return "error parsing template test: " + read.error().message();
  const json options = one.value("options", json::array());
  const Execution execution{.html = one.value("html", false),
                            .missing_key_is_error = options.is_array() && !options.empty() &&
                                                    options[0] == "missingkey=error"};
  const Result<std::string> text = read->Expand(InputOf(one), execution, EnvironmentOf(one));
  return text ? *text : "error executing template test: " + text.error().message();
}

TEST_CASE("every case of Prometheus' template test gives the same text or the same error") {
  std::ifstream file(ConformanceFolder("promql") / "template_cases.jsonl");
  std::string line;
  size_t cases = 0;
  size_t left_out = 0;
  while (std::getline(file, line)) {
    const json one = json::parse(line);
    if (NeedsHistogram(one)) {
      ++left_out;
      continue;
    }
    ++cases;
    INFO(one.at("text").get<std::string>());
    CHECK(Expanded(one) == one.value("error", one.at("output").get<std::string>()));
  }
  fmt::print("templates: {} cases, {} with native histograms left out\n", cases, left_out);
  CHECK(cases >= 89);
}

}  // namespace
}  // namespace klaxon::templates
