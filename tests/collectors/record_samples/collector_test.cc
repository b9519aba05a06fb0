#include "collectors/record_samples/collector.h"

#include <catch2/catch_test_macros.hpp>

#include "agent/analysis/advance.h"
#include "agent/analysis/record_samples.h"
#include "agent/metrics/writer.h"
#include "exporters/api/documents.h"
#include "exporters/status_page/page.h"
#include "exporters/status_page/records_section.h"
#include "tests/metrics/recording_writer.h"
#include "tests/support/mock_brokers.h"

namespace klaxon::record_samples_collector {
namespace {

using namespace std::string_literals;  // NOLINT(google-build-using-namespace): bytes with zeros
using std::chrono::seconds;
using testing::MockBrokers;

class Bench {
 public:
  MockBrokers& brokers() { return brokers_; }

  void Make(Config config) {
    collector_ = std::make_unique<RecordSamplesCollector>(
        std::move(config),
        kafka::RecordReaderOptions{.cluster = "main", .bootstrap = brokers_.bootstrap()});
  }

  Reading Poll() {
    return collector_->Poll({.clock = clock_,
                             .interval = seconds{30},
                             .deadline = clock_.Now().mono + seconds{20},
                             .stop = {}});
  }

  const RecordSampleFacts& PollFacts() {
    reading_ = Poll();
    REQUIRE(reading_.facts != nullptr);
    for (const Problem& problem : reading_.problems) {
      FAIL_CHECK(problem.scope + ": " + problem.error.message());
    }
    return dynamic_cast<const RecordSampleFacts&>(*reading_.facts);
  }

  /// The view of the last facts.
  View Shown() {
    const auto section = std::make_shared<const Section>(Section{
        .cluster = "main", .collector = "record_samples", .instance = {}, .facts = reading_.facts});
    return analysis::Advance({}, {section}, clock_.Now());
  }

  Instant Now() { return clock_.Now(); }

 private:
  SystemClock clock_;
  MockBrokers brokers_;
  std::unique_ptr<RecordSamplesCollector> collector_{};
  Reading reading_{};
};

/// Everything that all samples of a part hold, by verdict, given that only 23 is registered.
std::map<std::string, uint64_t> Verdicts(const RecordSampleFacts& facts, RecordPart part) {
  const SchemaKnowledge known{
      .by_id = [](int32_t id) -> SchemaStanding {
        return {.state = id == 23 ? SchemaStanding::State::kLive : SchemaStanding::State::kAbsent};
      },
      .by_guid = {},
      .max_id = 100};
  std::map<std::string, uint64_t> verdicts;
  const auto derived = analysis::JudgeSamples(facts, [&](const SampledTopic&) { return known; });
  for (const auto& topic : derived->topics) {
    for (size_t i = 0; i < kWireKinds; ++i) {
      if (const uint64_t records = topic.at(IndexOf(part)).records.at(i); records > 0) {
        verdicts[std::string(Name(static_cast<WireKind>(i)))] += records;
      }
    }
  }
  return verdicts;
}

TEST_CASE("the newest records of chosen topics are counted by what their first bytes say",
          "[record_samples]") {
  Bench bench;
  bench.brokers().CreateTopic("orders", 2);
  bench.brokers().CreateTopic("other", 1);
  for (int i = 0; i < 12; ++i) {  // older ones, which are not looked at
    bench.brokers().Write("orders", 0, {.key = "old", .value = "{}"});
  }
  for (int i = 0; i < 3; ++i) {
    bench.brokers().Write("orders", 0, {.key = "k", .value = "\0\0\0\0\x17x"s});
    bench.brokers().Write("orders", 1, {.key = std::nullopt, .value = "\0\x17\0\0\0x"s});
  }
  bench.brokers().Write("other", 0, {.key = "k", .value = "[]"});
  bench.Make({.topics = {"ord*"}, .records = 3});
  const RecordSampleFacts& facts = bench.PollFacts();
  REQUIRE(facts.topics.size() == 1);
  CHECK(facts.topics[0].entity->name == "orders");
  CHECK(facts.topics[0].records == 6);
  CHECK(Verdicts(facts, RecordPart::kKey) ==
        std::map<std::string, uint64_t>{{"text", 3}, {"null", 3}});
  CHECK(Verdicts(facts, RecordPart::kValue) ==
        std::map<std::string, uint64_t>{{"known_id", 3}, {"little_endian", 3}});
}

TEST_CASE("topics take turns when they have more partitions than a poll may look at",
          "[record_samples]") {
  Bench bench;
  for (const char* topic : {"a", "b", "c"}) {
    bench.brokers().CreateTopic(topic, 2);
    bench.brokers().Write(topic, 1, {.key = "k", .value = "v"});
  }
  bench.Make({.topics = {"*"}, .records = 1, .partitions = 4});
  const auto sampled = [](const RecordSampleFacts& facts) {
    std::string names;
    for (const SampledTopic& topic : facts.topics) {
      names += topic.sampled == nullptr ? "" : topic.entity->name;
    }
    return names;
  };
  CHECK(sampled(bench.PollFacts()) == "ab");
  const RecordSampleFacts& second = bench.PollFacts();
  CHECK(sampled(second) == "abc");
  // Each has its turn every second poll only.
  CHECK(second.topics[0].sampled->good_for == 2 * GoodFor(seconds{30}));
}

TEST_CASE("when brokers are gone the old samples stay, with their age and the reason",
          "[record_samples]") {
  auto bench = std::make_unique<Bench>();
  bench->brokers().CreateTopic("orders", 1);
  bench->brokers().Write("orders", 0, {.key = "k", .value = "v"});
  bench->Make({.topics = {"orders"}});
  const AnswerRef before = bench->PollFacts().topics[0].sampled;
  bench->brokers().Stop();
  const Reading reading = bench->Poll();
  CHECK_FALSE(reading.answered);
  REQUIRE(reading.problems.size() == 1);
  CHECK(reading.problems[0].error.reason() == Reason::kUnreachable);
  const auto& facts = dynamic_cast<const RecordSampleFacts&>(*reading.facts);
  REQUIRE(facts.topics.size() == 1);
  CHECK(facts.topics[0].records == 1);
  CHECK(facts.topics[0].sampled->taken_at == before->taken_at);
  CHECK(facts.topics[0].sampled->error.has_value());
}

TEST_CASE("memory is bounded however many ids there are", "[record_samples]") {
  Tally tally;
  for (int i = 0; i < 1000; ++i) {
    const std::string value = "\0\0\0"s + static_cast<char>(i / 250) + static_cast<char>(i % 250);
    tally.Add({.topic = "t", .offset = i, .key = "k", .value = value});
  }
  const auto parts = std::move(tally).Take();
  CHECK(parts[IndexOf(RecordPart::kValue)].counts.size() == kMostWireCounts);
  CHECK(parts[IndexOf(RecordPart::kValue)].uncounted == 1000 - kMostWireCounts);
  CHECK(parts[IndexOf(RecordPart::kKey)].counts.size() == 1);
  CHECK(parts[IndexOf(RecordPart::kKey)].counts[0].records == 1000);
}

TEST_CASE("while no registry tells, nothing is counted as readable or not", "[record_samples]") {
  Bench bench;
  bench.brokers().CreateTopic("orders", 1);
  bench.brokers().Write("orders", 0, {.key = "k", .value = "\0\0\0\0\x17x"s});
  bench.Make({.topics = {"orders"}});
  bench.PollFacts();
  const View view = bench.Shown();
  testing::RecordingWriter writer;
  metrics::Emit(metrics::RecordSamplesTable(), view, writer);
  const std::map<std::string, double>& text = writer.samples();
  CHECK(text.contains(
      R"(kafka_topic_sampled_records{cluster=main,topic=orders,part=value,verdict=unresolved_id})"));
  CHECK(text.contains(
      R"(kafka_topic_sampled_records_unreadable{cluster=main,topic=orders,part=key})"));
  CHECK_FALSE(text.contains(
      R"(kafka_topic_sampled_records_unreadable{cluster=main,topic=orders,part=value})"));
  const std::string json = api::RecordsDocument(view, bench.Now(), std::nullopt);
  CHECK(json.find("\"unresolved_id\": 1") != std::string::npos);
  const std::string html =
      status_page::RenderPage(view, bench.Now(), {.version = "1", .sources = 1});
  CHECK(html.find("unresolved id 1") != std::string::npos);
  CHECK(html.find("all well") != std::string::npos);
}

TEST_CASE("what is wrong is told in a sentence, and plain values only beside registered ones",
          "[record_samples]") {
  Tally tally;
  const auto add = [&](const std::string& value, int64_t offset) {
    tally.Add({.topic = "orders", .partition = 2, .offset = offset, .key = "k", .value = value});
  };
  add("{}", 1);
  add("\0\x17\0\0\0x"s, 2);
  add("\0\x17\0\0\0y"s, 3);
  EntityTable names;
  RecordSampleFacts facts;
  facts.topics.push_back({.entity = names.Intern("orders"), .records = 3});
  facts.topics[0].parts = std::move(tally).Take();
  const SchemaKnowledge known{.by_id = [](int32_t id) -> SchemaStanding {
    return {.state = id == 23 ? SchemaStanding::State::kLive : SchemaStanding::State::kAbsent};
  }};
  const auto derived = analysis::JudgeSamples(facts, [&](const SampledTopic&) { return known; });
  const auto words = [&](RecordPart part) {
    return WireTroubles("orders", part, facts.topics[0].parts.at(IndexOf(part)),
                        derived->topics[0].at(IndexOf(part)));
  };
  CHECK(words(RecordPart::kKey).empty());
  CHECK(words(RecordPart::kValue) ==
        std::vector<std::string>{
            "records of orders-value carry their id little-endian: 23 reads as 385875968 (2 of 3 "
            "records sampled; partition 2, offset 3)",
            "records of orders-value are JSON without a schema id (1 of 3 records sampled; "
            "partition 2, offset 1)"});
}

}  // namespace
}  // namespace klaxon::record_samples_collector
