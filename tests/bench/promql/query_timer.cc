// Times queries on the series of a large estate, beside which Prometheus can be asked the same:
//   query_timer OPENMETRICS START
// writes the series, sampled every 15 s from START (Unix seconds) on, as OpenMetrics, and prints
// the time in ms at which to ask. Then it answers each line of its input, an expression, with a
// line: milliseconds taken, number of series, sum of their values.

#include <charconv>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "agent/base/clock.h"
#include "agent/metrics/writer.h"
#include "agent/promql/parser.h"
#include "agent/promql/query.h"
#include "agent/series/store.h"

namespace klaxon {
namespace {

constexpr int kScrapes = 41;  // ten minutes
constexpr int64_t kInterval = 15'000;
/// Off the whole minutes, on which the steps of subqueries lie: there Prometheus 2 sees one sample
/// more.
constexpr int64_t kFirstScrape = 4'321;
constexpr int kTopics = 1000;
constexpr int kPartitions = 10;
constexpr int kGroups = 1000;
constexpr int kTopicsOfGroup = 10;

constexpr std::string_view kLagLabels[] = {"cluster", "consumergroup", "topic", "partition"};
constexpr std::string_view kOffsetLabels[] = {"cluster", "topic", "partition"};
constexpr metrics::MetricInfo kLag{
    .name = "kafka_consumergroup_lag", .help = "Records to read", .labels = kLagLabels};
constexpr metrics::MetricInfo kOffset{.name = "kafka_topic_partition_current_offset",
                                      .help = "End of the partition",
                                      .labels = kOffsetLabels};
constexpr metrics::MetricInfo kUnderReplicated{
    .name = "kafka_topic_partition_under_replicated_partition",
    .help = "Whether copies lag behind",
    .labels = kOffsetLabels};

/// Values of one scrape. Of what nobody looks back at only the last scrapes are written as text: a
/// file of all would take minutes to load.
template <class Write>
void ForEachSample(int scrape, Write write) {
  const std::string cluster = "production";
  for (int group = 0; group < kGroups; ++group) {
    const std::string name = fmt::format("billing-service-{:05}", group);
    for (int i = 0; i < kTopicsOfGroup * kPartitions; ++i) {
      const int topic = (group * 7 + i / kPartitions) % kTopics;
      write(kLag,
            {cluster, name, fmt::format("payments.orders.v1-{:05}", topic),
             std::to_string(i % kPartitions)},
            (group * 31 + i * 7 + scrape * (i % 5)) % 977);
    }
  }
  for (int i = 0; i < kTopics * kPartitions; ++i) {
    const std::vector<std::string> labels{cluster,
                                          fmt::format("payments.orders.v1-{:05}", i / kPartitions),
                                          std::to_string(i % kPartitions)};
    write(kOffset, labels, 1'000'000 + scrape * (i % 31) + scrape * scrape % (1 + i % 7));
  }
  for (int i = 0; i < kTopics * kPartitions; ++i) {
    write(kUnderReplicated,
          {cluster, fmt::format("payments.orders.v1-{:05}", i / kPartitions),
           std::to_string(i % kPartitions)},
          i % 97 == 0);
  }
}

void Scrape(series::Store& store, int scrape, int64_t time) {
  metrics::MetricWriter& writer = store.BeginScrape(time);
  const metrics::MetricInfo* family = nullptr;
  ForEachSample(scrape, [&](const metrics::MetricInfo& info, const std::vector<std::string>& labels,
                            double value) {
    if (family != &info) writer.BeginFamily(info);
    family = &info;
    const std::vector<std::string_view> views(labels.begin(), labels.end());
    writer.Sample(views, value);
  });
  store.EndScrape({});
}

void WriteText(int scrape, int64_t time, std::ofstream& out) {
  ForEachSample(scrape, [&](const metrics::MetricInfo& info, const std::vector<std::string>& labels,
                            double value) {
    if (&info != &kOffset && scrape < kScrapes - 2) return;
    out << info.name << '{';
    for (size_t i = 0; i < labels.size(); ++i) {
      out << (i == 0 ? "" : ",") << info.labels[i] << "=\"" << labels[i] << '"';
    }
    out << fmt::format("}} {} {}\n", value, static_cast<double>(time) / 1000);
  });
}

void Answer(const series::Store& store, const std::string& text, int64_t time) {
  const promql::Parsed parsed = promql::Parse(text);
  if (!parsed.expression) {
    fmt::print("{}\n", ToString(*parsed.mistake));
    return;
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto result = promql::InstantQuery(*parsed.expression, store, time);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  if (!result) {
    fmt::print("{}\n", result.error().message());
    return;
  }
  double sum = result->scalar;
  for (const promql::VectorSample& sample : result->vector)
    sum += std::isfinite(sample.value) ? sample.value : 0;
  fmt::print("{} {} {}\n", took.count(), result->vector.size(), sum);
}

int Run(const std::string& file, int64_t start) {
  series::Store store({.history = {{std::string(kOffset.name), 3'600'000}}});
  std::ofstream out(file);
  for (int scrape = 0; scrape < kScrapes; ++scrape) {
    const int64_t time = start * 1000 + kFirstScrape + scrape * kInterval;
    Scrape(store, scrape, time);
    WriteText(scrape, time, out);
  }
  out << "# EOF\n";
  out.close();
  const int64_t ask_at = start * 1000 + kFirstScrape + (kScrapes - 1) * kInterval + 7123;
  fmt::print("{}\n", ask_at);
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    Answer(store, line, ask_at);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace klaxon

int main(int argc, char** argv) {
  int64_t start = 0;
  const std::string_view given = argc == 3 ? argv[2] : "";
  std::from_chars(given.data(), given.data() + given.size(), start);
  if (start == 0) {
    fmt::print(stderr, "query_timer OPENMETRICS START\n");
    return 2;
  }
  return klaxon::Run(argv[1], start);
}
