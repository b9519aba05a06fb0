#include "exporters/prometheus/text_writer.h"

#include <array>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/exporters/prometheus/page_reader.h"

namespace klaxon::prometheus_page {
namespace {

using metrics::MetricInfo;
using metrics::MetricType;
using Values = std::vector<std::string_view>;

constexpr std::array<std::string_view, 2> kLabels{"cluster", "topic"};
constexpr MetricInfo kGauge{.name = "records", .help = "Records", .labels = kLabels};

/// What one writer makes of these samples of kGauge.
struct Page {
  explicit Page(const std::vector<Values>& samples, TextOptions options = {}) {
    TextWriter writer(std::move(options), [this](std::string_view chunk) { text += chunk; });
    writer.BeginFamily(kGauge);
    for (const Values& values : samples) {
      writer.Sample(values, 1);
    }
    writer.Finish();
    written = writer.samples();
    duplicates = writer.duplicates();
  }

  std::string text{};
  size_t written = 0;
  size_t duplicates = 0;
};

TEST_CASE("numbers are written as Prometheus reads them", "[text]") {
  struct Case {
    double value = 0;
    std::string text{};
  };

  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<Case> cases{
      {0, "0"},
      {-0.0, "0"},
      {-1, "-1"},
      {1767225600, "1767225600"},
      {9007199254740991, "9007199254740991"},
      {-9007199254740991, "-9007199254740991"},
      {9007199254740992, "9007199254740992"},
      {1e22, "1e+22"},
      {0.25, "0.25"},
      {1767225599.5, "1767225599.5"},
      {1e-9, "1e-09"},
      {infinity, "+Inf"},
      {-infinity, "-Inf"},
      {std::numeric_limits<double>::quiet_NaN(), "NaN"},
  };
  for (const Case& c : cases) {
    std::string text;
    AppendNumber(c.value, text);
    CHECK(text == c.text);
  }
}

TEST_CASE("label values are escaped and made valid", "[text]") {
  struct Case {
    std::string_view bytes{};
    std::string_view text{};
  };

  const std::vector<Case> cases{
      {"", ""},
      {"orders", "orders"},
      {"a\"b", "a\\\"b"},
      {"a\\b", "a\\\\b"},
      {"a\nb", "a\\nb"},
      {"\r\t", "\r\t"},
      {"caf\xC3\xA9", "caf\xC3\xA9"},
      {"\xFF\"", "\xEF\xBF\xBD\\\""},
      {"\xC3", "\xEF\xBF\xBD"},
  };
  for (const Case& c : cases) {
    std::string text;
    AppendLabelValue(c.bytes, text);
    CHECK(text == c.text);
  }
}

TEST_CASE("a family has its head once and then its samples", "[text]") {
  CHECK(Page({{"main", "a"}, {"main", "b"}}).text ==
        "# HELP records Records\n# TYPE records gauge\n"
        "records{cluster=\"main\",topic=\"a\"} 1\nrecords{cluster=\"main\",topic=\"b\"} 1\n");
}

TEST_CASE("a family without samples leaves no trace", "[text]") {
  CHECK(Page({}).text.empty());
}

TEST_CASE("help texts are escaped, counters say so, no labels need no brackets", "[text]") {
  std::string text;
  TextWriter writer({}, [&](std::string_view chunk) { text += chunk; });
  writer.BeginFamily(
      {.name = "a_total", .help = "One\\two\n\"three\"", .type = MetricType::kCounter});
  writer.Sample({}, 2);
  writer.Finish();
  CHECK(text == "# HELP a_total One\\\\two\\n\"three\"\n# TYPE a_total counter\na_total 2\n");
}

TEST_CASE("the label cluster can have another name or be left out", "[text]") {
  CHECK(Page({{"main", "a"}}, {.cluster_label = "kafka"})
            .text.find("records{kafka=\"main\",topic=\"a\"} 1\n") != std::string::npos);
  CHECK(Page({{"main", "a"}}, {.cluster_label = ""}).text.find("records{topic=\"a\"} 1\n") !=
        std::string::npos);
}

TEST_CASE("of samples with the same labels only the first is written", "[text]") {
  struct Case {
    std::string sentence{};
    std::vector<Values> samples{};
    TextOptions options{};
    size_t written = 0;
  };

  const std::vector<Case> cases{
      {"side by side", {{"main", "a"}, {"main", "a"}}, {}, 1},
      {"far apart", {{"main", "a"}, {"main", "b"}, {"east", "a"}, {"main", "a"}}, {}, 3},
      {"the same once they are valid", {{"main", "\xFE"}, {"main", "\xFF"}}, {}, 1},
      {"the same without their cluster",
       {{"main", "a"}, {"east", "a"}, {"east", "b"}},
       {.cluster_label = ""},
       2},
      {"not the same: values are not run together", {{"ab", "c"}, {"a", "bc"}}, {}, 2},
      {"not the same: quotes are escaped", {{"a\",topic=\"b", "c"}, {"a", "b"}}, {}, 2},
  };
  for (const Case& c : cases) {
    INFO(c.sentence);
    const Page page(c.samples, c.options);
    CHECK(page.written == c.written);
    CHECK(page.duplicates == c.samples.size() - c.written);
    const testing::ReadPage read = testing::ReadText(page.text);
    CAPTURE(read.mistakes);
    CHECK(read.mistakes.empty());
    CHECK(read.samples.size() == c.written);
  }
}

TEST_CASE("the same labels in another family are no duplicate", "[text]") {
  std::string text;
  TextWriter writer({}, [&](std::string_view chunk) { text += chunk; });
  const std::array<std::string_view, 1> labels{"topic"};
  const std::array<std::string_view, 1> values{"a"};
  for (const std::string_view name : {"first", "second"}) {
    writer.BeginFamily({.name = name, .help = "x", .labels = labels});
    writer.Sample(values, 1);
  }
  writer.Finish();
  CHECK(writer.samples() == 2);
  CHECK(writer.duplicates() == 0);
}

TEST_CASE("a large page leaves in chunks and arrives whole", "[text]") {
  constexpr size_t kSamples = 20'000;
  std::string text;
  size_t largest = 0;
  TextWriter writer({}, [&](std::string_view chunk) {
    text += chunk;
    largest = std::max(largest, chunk.size());
  });
  writer.BeginFamily(kGauge);
  for (size_t i = 0; i < kSamples; ++i) {
    const std::string topic = std::to_string(i);
    writer.Sample(Values{"main", topic}, static_cast<double>(i));
  }
  writer.Finish();
  CHECK(largest < size_t{72} * 1024);
  const testing::ReadPage page = testing::ReadText(text);
  CAPTURE(page.mistakes);
  CHECK(page.mistakes.empty());
  REQUIRE(page.samples.size() == kSamples);
  CHECK(page.samples[12'345].Series() == "records{cluster=\"main\",topic=\"12345\"}");
  CHECK(page.samples[12'345].value == "12345");
}

TEST_CASE("a hash set holds what was put in since it was emptied", "[text]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  HashSet set;
  for (int round = 0; round < 20; ++round) {
    std::set<uint64_t> expected;
    for (uint64_t i = random() % 5000; i > 0; --i) {
      // Many that fall on one place, and 0, which is the mark of a free place.
      const uint64_t hash = 2 + (random() % 3000) * (random() % 2 == 0 ? 1 : 1U << 20U);
      REQUIRE(set.Insert(hash) == expected.insert(hash).second);
    }
    CHECK(set.Insert(0));
    CHECK_FALSE(set.Insert(0));
    set.Clear();
  }
}

}  // namespace
}  // namespace klaxon::prometheus_page
