#include "agent/series/archive.h"

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/support/temporary_folder.h"

namespace klaxon::series {
namespace {

constexpr int64_t kHour = 3'600'000;

std::unique_ptr<state::Database> Database(const testing::TemporaryFolder& folder) {
  auto database = state::Database::Open(folder.path(), Instant{});
  REQUIRE(database);
  return *std::move(database);
}

KeptSeries Series(const std::string& name, std::vector<Sample> samples, bool by_rule = false) {
  const Labels labels({{"__name__", name}, {"topic", "a \"quoted\"; name"}});
  return {.labels = std::make_shared<const Labels>(labels),
          .by_rule = by_rule,
          .samples = std::move(samples)};
}

TEST_CASE("every value comes back as it was, hour after hour") {
  const testing::TemporaryFolder folder;
  const std::vector<Sample> samples{{.time = 2 * kHour - 1, .value = 0.1},
                                    {.time = 2 * kHour, .value = -0.0},
                                    {.time = 2 * kHour + 1, .value = 1e300},
                                    {.time = 2 * kHour + 2, .value = HUGE_VAL},
                                    {.time = 2 * kHour + 3, .value = StaleMarker()},
                                    {.time = 2 * kHour + 4, .value = 9007199254740993.0}};
  {
    const auto database = Database(folder);
    Result<Archive> archive = Archive::Make(*database);
    REQUIRE(archive);
    REQUIRE(archive->Save({Series("lag", {samples[0], samples[1]})}, 0));
    REQUIRE(archive->Save({Series("lag", {samples.begin() + 2, samples.end()}),
                           Series("lag", {{.time = kHour, .value = NAN}}, true)},
                          0));
  }
  const auto database = Database(folder);
  const Result<Archive> archive = Archive::Make(*database);
  REQUIRE(archive);
  const auto kept = archive->Load(0);
  REQUIRE(kept);
  REQUIRE(kept->size() == 2);
  CHECK(*kept->front().labels == *Series("lag", {}).labels);
  REQUIRE(kept->front().samples.size() == samples.size());
  for (size_t i = 0; i < samples.size(); ++i) {
    INFO(i);
    CHECK(kept->front().samples[i].time == samples[i].time);
    CHECK(std::bit_cast<uint64_t>(kept->front().samples[i].value) ==
          std::bit_cast<uint64_t>(samples[i].value));
  }
  CHECK(kept->back().by_rule);
  CHECK(std::isnan(kept->back().samples.front().value));
}

TEST_CASE("what is too old is not loaded, and is deleted by the hour") {
  const testing::TemporaryFolder folder;
  const auto database = Database(folder);
  Result<Archive> archive = Archive::Make(*database);
  REQUIRE(archive);
  REQUIRE(archive->Save({Series("lag", {{.time = kHour, .value = 1},
                                        {.time = 5 * kHour, .value = 2},
                                        {.time = 5 * kHour + 9, .value = 3}})},
                        0));
  const auto late = archive->Load(5 * kHour + 1);
  REQUIRE(late);
  REQUIRE(late->size() == 1);
  CHECK(late->front().samples.size() == 1);
  REQUIRE(archive->Save({}, 5 * kHour));
  const auto rest = archive->Load(0);
  REQUIRE(rest);
  CHECK(rest->front().samples.size() == 2);
}

TEST_CASE("what cannot be read is left out") {
  const testing::TemporaryFolder folder;
  const auto database = Database(folder);
  Result<Archive> archive = Archive::Make(*database);
  REQUIRE(archive);
  const auto put = [&](const std::string& labels, int64_t hour, const std::string& samples) {
    REQUIRE(database->Write(
        {{.sql = "INSERT INTO series_samples (labels, by_rule, hour, samples) VALUES (?, 0, ?, ?)",
          .values = {labels, hour, samples}}}));
  };
  put("{\"__name__\":\"good\"}", 1, "0 1;x;5;7 ;9 1x;3600000 2;-1 2;11 2;11 3;10 4;12 5");
  put("no json", 1, "0 1;");
  put("[1]", 1, "0 1;");
  put("{\"a\":1}", 1, "0 1;");
  put("{\"a\":\"b\"}", INT64_MAX, "0 1;");
  put("{\"a\":\"c\"}", INT64_MIN, "0 1;");
  put("{\"a\":\"d\"}", 2, "");
  const auto kept = archive->Load(0);
  REQUIRE(kept);
  REQUIRE(kept->size() == 1);
  REQUIRE(kept->front().samples.size() == 2);
  CHECK(kept->front().samples.back().time == kHour + 11);
  CHECK(kept->front().samples.back().value == 2);
}

}  // namespace
}  // namespace klaxon::series
