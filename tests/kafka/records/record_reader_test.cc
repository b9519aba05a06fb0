#include "agent/kafka/record_reader.h"

#include <map>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "tests/support/mock_brokers.h"

namespace klaxon::kafka {
namespace {

using testing::MockBrokers;

using std::chrono::seconds;

constexpr Duration kPatience = seconds{20};

/// What a record was, when its views are long gone.
struct Kept {
  int64_t offset = 0;
  std::optional<std::string> key{};
  std::optional<std::string> value{};
  std::vector<std::pair<std::string, std::optional<std::string>>> headers{};
  bool stamped = false;
};

std::optional<std::string> Copy(std::optional<std::string_view> view) {
  return view ? std::optional<std::string>(*view) : std::nullopt;
}

class Bench {
 public:
  explicit Bench(int brokers = 1) : brokers_(brokers) {}

  MockBrokers& brokers() { return brokers_; }

  RecordReader& reader() { return *reader_; }

  void Open(RecordReaderOptions options = {}) {
    options.cluster = "test";
    options.bootstrap = brokers_.bootstrap();
    Result<std::unique_ptr<RecordReader>> made = RecordReader::Make(options, clock_);
    REQUIRE(made);
    reader_ = *std::move(made);
  }

  MonoTime Deadline() { return clock_.Now().mono + kPatience; }

  /// Reads until every one of so many partitions ended, or failed.
  void ReadToEnds(size_t partitions) {
    size_t over = 0;
    while (over < partitions) {
      const Result<ReadProgress> progress = reader_->Read(Taker(), 1000, Deadline(), {});
      REQUIRE(progress);
      REQUIRE((progress->records > 0 || !progress->ended.empty() || !progress->failed.empty()));
      over += progress->ended.size() + progress->failed.size();
      for (const auto& failure : progress->failed) {
        failures.push_back(failure.error);
      }
      for (const auto& end : progress->ended) {
        ends[end.at.partition] = end.next;
      }
    }
  }

  RecordReader::Take Taker() {
    return [this](const RecordView& record) {
      Kept kept{.offset = record.offset,
                .key = Copy(record.key),
                .value = Copy(record.value),
                .headers = {},
                .stamped = record.written.has_value()};
      for (const RecordView::Header& header : record.headers) {
        kept.headers.emplace_back(header.name, Copy(header.value));
      }
      taken[record.partition].push_back(std::move(kept));
    };
  }

  std::map<int32_t, std::vector<Kept>> taken{};
  std::map<int32_t, int64_t> ends{};
  std::vector<Error> failures{};

 private:
  SystemClock clock_;
  MockBrokers brokers_;
  std::unique_ptr<RecordReader> reader_{};
};

MockBrokers::Record Numbered(int number) {
  return {.key = "k" + std::to_string(number), .value = "v" + std::to_string(number)};
}

TEST_CASE("a record comes as it was written: key, value, headers, nulls", "[records]") {
  Bench bench;
  bench.brokers().CreateTopic("orders", 2);
  bench.brokers().Write("orders", 1,
                        {.key = std::string("\0k", 2),
                         .value = std::string("\0\0\0\0\x17", 5),
                         .headers = {{"a", "1"}, {"none", std::nullopt}, {"a", ""}}});
  bench.brokers().Write("orders", 1, {.key = "gone", .value = std::nullopt});
  bench.brokers().Write("orders", 1, {.key = std::nullopt, .value = ""});
  bench.Open();
  REQUIRE(bench.reader().Assign(
      {{.topic = "orders", .partition = 0}, {.topic = "orders", .partition = 1}}));
  bench.ReadToEnds(2);
  CHECK(bench.failures.empty());
  CHECK(bench.taken[0].empty());
  CHECK(bench.ends == std::map<int32_t, int64_t>{{0, 0}, {1, 3}});
  const std::vector<Kept>& taken = bench.taken[1];
  REQUIRE(taken.size() == 3);
  CHECK(taken[0].key == std::string("\0k", 2));
  CHECK(taken[0].value == std::string("\0\0\0\0\x17", 5));
  CHECK(taken[0].stamped);
  REQUIRE(taken[0].headers.size() == 3);
  CHECK(taken[0].headers[0].second == "1");
  CHECK_FALSE(taken[0].headers[1].second.has_value());
  CHECK(taken[0].headers[2].second == "");
  CHECK_FALSE(taken[1].value.has_value());
  CHECK_FALSE(taken[2].key.has_value());
  CHECK(taken[2].value == "");
}

TEST_CASE("reading begins where it is told", "[records]") {
  Bench bench;
  bench.brokers().CreateTopic("orders", 1);
  for (int i = 0; i < 10; ++i) {
    bench.brokers().Write("orders", 0, Numbered(i));
  }
  bench.Open();

  struct Case {
    ReadFrom::Kind kind;
    int64_t number;
    int64_t first;
  };

  for (const Case& each :
       {Case{ReadFrom::Kind::kFirst, 0, 0}, Case{ReadFrom::Kind::kOffset, 7, 7},
        Case{ReadFrom::Kind::kNewest, 2, 8}, Case{ReadFrom::Kind::kNewest, 50, 0}}) {
    CAPTURE(each.number, each.first);
    bench.taken.clear();
    REQUIRE(bench.reader().Assign(
        {{.topic = "orders", .partition = 0, .kind = each.kind, .number = each.number}}));
    bench.ReadToEnds(1);
    REQUIRE(bench.taken[0].size() == static_cast<size_t>(10 - each.first));
    CHECK(bench.taken[0].front().offset == each.first);
  }
}

TEST_CASE("a record that is written while reading comes at once", "[records]") {
  Bench bench;
  bench.brokers().CreateTopic("status", 1);
  bench.Open();
  REQUIRE(bench.reader().Assign({{.topic = "status", .partition = 0}}));
  bench.ReadToEnds(1);
  CHECK(bench.taken.empty());
  bench.brokers().Write("status", 0, Numbered(1));
  const Result<ReadProgress> progress = bench.reader().Read(bench.Taker(), 1, bench.Deadline(), {});
  REQUIRE(progress);
  CHECK(progress->records == 1);
}

TEST_CASE("an offset that is not there is told, not guessed", "[records]") {
  Bench bench;
  bench.brokers().CreateTopic("orders", 1);
  bench.brokers().Write("orders", 0, Numbered(0));
  bench.Open();
  REQUIRE(bench.reader().Assign(
      {{.topic = "orders", .partition = 0, .kind = ReadFrom::Kind::kOffset, .number = 100}}));
  bench.ReadToEnds(1);
  REQUIRE(bench.failures.size() == 1);
  CHECK(bench.failures[0].reason() == Reason::kRefused);
  CHECK(bench.failures[0].message().find("not there") != std::string::npos);
  CHECK(bench.taken.empty());
}

TEST_CASE("topics come with their partitions, and one that is not there is an error", "[records]") {
  Bench bench;
  bench.brokers().CreateTopic("a", 1);
  bench.brokers().CreateTopic("b", 3);
  bench.Open();
  const auto all = bench.reader().Topics(std::nullopt, bench.Deadline(), {});
  REQUIRE(all);
  REQUIRE(all->size() == 2);
  const auto one = bench.reader().Topics("b", bench.Deadline(), {});
  REQUIRE(one);
  REQUIRE(one->size() == 1);
  CHECK(one->front().partitions == 3);
}

TEST_CASE("a topic that we may not see is told with what to allow", "[records]") {
  Bench bench;
  bench.brokers().CreateTopic("orders", 1);
  constexpr int kTopicAuthorizationFailed = 29;
  bench.brokers().RefuseTopic("orders", kTopicAuthorizationFailed);
  bench.Open();
  const auto topics = bench.reader().Topics("orders", bench.Deadline(), {});
  REQUIRE_FALSE(topics);
  CHECK(topics.error().reason() == Reason::kUnauthorized);
  CHECK(topics.error().message() == "not authorised; allow Describe and Read on the topic");
}

TEST_CASE("nobody there is an error of the reading, with the address", "[records]") {
  SystemClock clock;
  const Result<std::unique_ptr<RecordReader>> made = RecordReader::Make(
      {.cluster = "test", .bootstrap = {{.host = "127.0.0.1", .port = 1}}}, clock);
  REQUIRE(made);
  const auto topics = (*made)->Topics(std::nullopt, clock.Now().mono + kPatience, {});
  REQUIRE_FALSE(topics);
  CHECK(topics.error().reason() == Reason::kUnreachable);
  CHECK(topics.error().message().find("127.0.0.1:1") != std::string::npos);
}

TEST_CASE("a stop ends a read that waits, and destruction after it is quick", "[records]") {
  Bench bench;
  bench.brokers().CreateTopic("orders", 1);
  bench.Open();
  REQUIRE(bench.reader().Assign({{.topic = "orders", .partition = 0}}));
  bench.ReadToEnds(1);
  std::stop_source source;
  std::jthread stopper([&source] { source.request_stop(); });
  const Result<ReadProgress> progress = bench.reader().Read(
      bench.Taker(), 1, bench.Deadline() + std::chrono::hours{1}, source.get_token());
  REQUIRE_FALSE(progress);
  CHECK(progress.error().reason() == Reason::kCancelled);
}

TEST_CASE("the rate is bounded", "[records]") {
  Bench bench;
  bench.brokers().CreateTopic("orders", 1);
  const std::string kilobyte(1024, 'x');
  for (int i = 0; i < 20; ++i) {
    bench.brokers().Write("orders", 0, {.key = std::nullopt, .value = kilobyte});
  }
  bench.Open({.bytes_per_second = 8 * 1024});
  REQUIRE(bench.reader().Assign({{.topic = "orders", .partition = 0}}));
  const auto began = std::chrono::steady_clock::now();
  // One record at a time: 20 kB at 8 kB/s take two seconds and more.
  for (int taken = 0; taken < 20;) {
    const Result<ReadProgress> progress =
        bench.reader().Read(bench.Taker(), 1, bench.Deadline(), {});
    REQUIRE(progress);
    taken += static_cast<int>(progress->records);
  }
  CHECK(std::chrono::steady_clock::now() - began > seconds{1});
}

TEST_CASE("options that do not fit together are refused before anything is connected",
          "[records]") {
  SystemClock clock;
  RecordReaderOptions options{.cluster = "test", .bootstrap = {{.host = "127.0.0.1", .port = 1}}};
  options.security.protocol = SecurityProtocol::kSsl;
  options.security.tls.trust.location = "/nowhere/ca.pem";
  const auto made = RecordReader::Make(options, clock);
  REQUIRE_FALSE(made);
  CHECK(made.error().reason() == Reason::kInvalid);
}

}  // namespace
}  // namespace klaxon::kafka
