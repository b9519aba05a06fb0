#include "tests/support/conformance.h"

#include <map>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "tests/promql/script.h"

namespace klaxon::promql::testing {
namespace {

std::string_view Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPassed:
      return "passed";
    case Verdict::kFailed:
      return "FAILED";
    case Verdict::kNative:
      return "native histograms";
    case Verdict::kExperimental:
      return "experimental in Prometheus";
  }
  std::abort();
}

TEST_CASE("Prometheus' own value tests give the same values") {
  const auto folder = ConformanceFolder("promql");
  std::map<Verdict, size_t> counts;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".test") continue;
    const std::vector<Outcome> outcomes = RunScript(entry.path());
    CHECK_FALSE(outcomes.empty());
    for (const Outcome& outcome : outcomes) {
      ++counts[outcome.verdict];
      if (outcome.verdict == Verdict::kPassed) continue;
      fmt::print("{}: {}: {}\n", Name(outcome.verdict), outcome.name, outcome.reason);
      INFO(outcome.name);
      INFO(outcome.reason);
      CHECK(outcome.verdict != Verdict::kFailed);
    }
  }
  fmt::print(
      "value tests: {} passed, {} failed; out of reach: {} of native histograms, {} "
      "experimental\n",
      counts[Verdict::kPassed], counts[Verdict::kFailed], counts[Verdict::kNative],
      counts[Verdict::kExperimental]);
  CHECK(counts[Verdict::kPassed] > 0);
}

}  // namespace
}  // namespace klaxon::promql::testing
