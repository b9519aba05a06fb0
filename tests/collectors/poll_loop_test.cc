#include "collectors/poll_loop.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/base/latest.h"
#include "tests/support/fake_clock.h"

namespace klaxon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::FakeClock;

constexpr Duration kInterval = seconds{10};

/// Does what the test says at each poll.
class ScriptedCollector final : public Collector {
 public:
  using Script = std::function<Reading(const PollContext&)>;

  explicit ScriptedCollector(Script script) : script_(std::move(script)) {}

  Reading Poll(const PollContext& context) override { return script_(context); }

 private:
  Script script_;
};

/// A loop, its clock and what it published.
class Bench {
 public:
  explicit Bench(ScriptedCollector::Script script, CollectorPlace place = Place())
      : loop_(std::move(place), std::make_unique<ScriptedCollector>(std::move(script)), clock_,
              [this](SectionRef section) { published_.Set(std::move(section)); }) {}

  static CollectorPlace Place() {
    return {.cluster = "main", .collector = "kafka", .interval = kInterval};
  }

  FakeClock& clock() { return clock_; }

  PollLoop& loop() { return loop_; }

  /// The section published by the poll of that number, counted from 1.
  SectionRef After(uint64_t polls) {
    published_.WaitNewer(polls - 1, std::chrono::steady_clock::now() + seconds{10}, {});
    return published_.Get();
  }

 private:
  FakeClock clock_;
  Latest<Section> published_{nullptr};
  PollLoop loop_;
};

Reading Good() {
  Reading reading;
  reading.facts = std::make_shared<const Facts>();
  reading.answered = true;
  return reading;
}

Reading Bad(Reason reason) {
  Reading reading;
  reading.problems.push_back({.scope = "broker 3", .error = Error(reason, "no answer")});
  return reading;
}

TEST_CASE("the first poll starts at once, the others one interval apart", "[poll_loop]") {
  std::vector<MonoTime> began;
  Bench bench([&](const PollContext& context) {
    began.push_back(context.clock.Now().mono);
    return Good();
  });
  const MonoTime start = bench.clock().Now().mono;
  REQUIRE(bench.After(1)->status.polls == 1);
  for (uint64_t poll = 1; poll < 5; ++poll) {
    for (int step = 0; step < 150 && bench.After(poll)->status.polls == poll; ++step) {
      REQUIRE(bench.clock().AdvanceWhenAsleep(milliseconds{100}));
      REQUIRE(bench.clock().WaitForSleepers());
    }
  }
  const SectionRef last = bench.After(5);
  REQUIRE(last->status.polls == 5);
  CHECK(last->status.missed == 0);
  CHECK(began[0] == start);
  CHECK(began[1] - began[0] >= kInterval / 2);
  CHECK(began[1] - began[0] <= kInterval * 3 / 2 + milliseconds{100});
  for (size_t i = 2; i < 5; ++i) {
    CHECK(began[i] - began[i - 1] >= kInterval - milliseconds{100});
    CHECK(began[i] - began[i - 1] <= kInterval + milliseconds{100});
  }
}

TEST_CASE("collectors of different names poll at different moments", "[poll_loop]") {
  std::vector<Duration> offsets;
  for (const char* cluster : {"one", "two", "three"}) {
    CollectorPlace place = Bench::Place();
    place.cluster = cluster;
    std::vector<MonoTime> began;
    Bench bench(
        [&](const PollContext& context) {
          began.push_back(context.clock.Now().mono);
          return Good();
        },
        place);
    bench.After(1);
    while (bench.After(1)->status.polls < 2) {
      REQUIRE(bench.clock().AdvanceWhenAsleep(milliseconds{10}));
      REQUIRE(bench.clock().WaitForSleepers());
    }
    offsets.push_back(began[1] - began[0]);
  }
  CHECK(offsets[0] != offsets[1]);
  CHECK(offsets[1] != offsets[2]);
  CHECK(offsets[0] != offsets[2]);
}

TEST_CASE("ticks that pass while a poll runs are skipped and counted", "[poll_loop]") {
  std::atomic<int> polls = 0;
  Bench bench([&](const PollContext& context) {
    if (++polls == 2) {
      dynamic_cast<FakeClock&>(context.clock).Advance(kInterval * 7 / 2);
    }
    return Good();
  });
  bench.After(1);
  REQUIRE(bench.clock().AdvanceWhenAsleep(kInterval * 3 / 2));
  const SectionRef second = bench.After(2);
  CHECK(second->status.took == kInterval * 7 / 2);
  CHECK(second->status.missed >= 3);
  CHECK(second->status.missed <= 4);
}

TEST_CASE("what a collector throws is a problem and the facts before it stay", "[poll_loop]") {
  std::atomic<int> polls = 0;
  Bench bench([&](const PollContext&) -> Reading {
    switch (++polls) {
      case 2:
        throw std::runtime_error("boom");
      case 3:
        throw 42;  // NOLINT(misc-throw-by-value-catch-by-reference): that is the point
      default:
        return Good();
    }
  });
  const SectionRef first = bench.After(1);
  REQUIRE(bench.clock().AdvanceWhenAsleep(kInterval * 2));
  const SectionRef second = bench.After(2);
  REQUIRE(second->status.problems.size() == 1);
  CHECK(second->status.problems[0].error.reason() == Reason::kInternal);
  CHECK(second->status.problems[0].error.message().find("boom") != std::string::npos);
  CHECK(second->facts == first->facts);
  CHECK(second->status.last_answered == first->status.last_answered);
  REQUIRE(bench.clock().AdvanceWhenAsleep(kInterval * 2));
  CHECK(bench.After(3)->status.failures.at(Reason::kInternal) == 2);
  REQUIRE(bench.clock().AdvanceWhenAsleep(kInterval * 2));
  CHECK(bench.After(4)->status.problems.empty());
}

TEST_CASE("failures are counted by reason for as long as the loop lives", "[poll_loop]") {
  std::atomic<int> polls = 0;
  Bench bench([&](const PollContext&) {
    switch (++polls) {
      case 1:
      case 2:
        return Bad(Reason::kTimeout);
      case 3:
        return Bad(Reason::kUnreachable);
      default:
        return Good();
    }
  });
  CHECK(bench.After(1)->facts == nullptr);
  for (uint64_t poll = 2; poll <= 4; ++poll) {
    REQUIRE(bench.clock().AdvanceWhenAsleep(kInterval * 2));
    bench.After(poll);
  }
  const SectionRef last = bench.After(4);
  CHECK(last->status.failures.at(Reason::kTimeout) == 2);
  CHECK(last->status.failures.at(Reason::kUnreachable) == 1);
  CHECK(last->status.problems.empty());
  CHECK(last->status.last_answered == last->status.finished_at);
}

/// What is written to standard error while it lives.
class LogLines {
 public:
  LogLines() {
    std::fflush(stderr);
    before_ = ::dup(STDERR_FILENO);
    ::dup2(::fileno(file_), STDERR_FILENO);
  }

  ~LogLines() {
    std::fflush(stderr);
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
    std::fclose(file_);
  }

  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;

  std::string Text() const {
    std::fflush(stderr);
    std::string text(static_cast<size_t>(::lseek(::fileno(file_), 0, SEEK_END)), '\0');
    const ssize_t size = ::pread(::fileno(file_), text.data(), text.size(), 0);
    text.resize(static_cast<size_t>(std::max<ssize_t>(0, size)));
    return text;
  }

 private:
  std::FILE* file_ = std::tmpfile();
  int before_ = -1;
};

TEST_CASE("trouble that was not mended is not logged as if it were", "[poll_loop]") {
  for (const bool mended : {true, false}) {
    const LogLines log;
    std::atomic<int> polls = 0;
    std::string text;
    {
      Bench bench([&](const PollContext&) {
        if (++polls == 1) {
          return Bad(Reason::kInvalid);
        }
        Reading reading = Good();
        if (!mended) {
          reading.endings = {{"broker 3", "it is another broker now"}};
        }
        return reading;
      });
      bench.After(1);
      REQUIRE(bench.clock().AdvanceWhenAsleep(kInterval * 2));
      bench.After(2);
      text = log.Text();
    }
    CAPTURE(text);
    CHECK((text.find("broker 3: no trouble any more") != std::string::npos) == mended);
    CHECK((text.find("broker 3: it is another broker now") != std::string::npos) == !mended);
  }
}

TEST_CASE("a poll may take as long as the interval", "[poll_loop]") {
  Duration allowed{};
  Bench bench([&](const PollContext& context) {
    allowed = context.deadline - context.clock.Now().mono;
    return Good();
  });
  bench.After(1);
  CHECK(allowed == kInterval);
}

TEST_CASE("a stop ends a running poll and publishes nothing of it", "[poll_loop]") {
  std::atomic<bool> polling = false;
  std::atomic<int> published = 0;
  FakeClock clock;
  {
    PollLoop loop(Bench::Place(),
                  std::make_unique<ScriptedCollector>([&](const PollContext& context) {
                    polling = true;
                    polling.notify_all();
                    context.clock.SleepUntil(MonoTime::max(), context.stop);
                    return Good();
                  }),
                  clock, [&](const SectionRef&) { ++published; });
    polling.wait(false);
    loop.RequestStop();
  }
  CHECK(published == 0);
}

}  // namespace
}  // namespace klaxon
