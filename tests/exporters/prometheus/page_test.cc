#include "exporters/prometheus/page.h"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/exporters/prometheus/page_reader.h"
#include "tests/metrics/estate.h"
#include "tests/support/fake_clock.h"

namespace klaxon::prometheus_page {
namespace {

using std::chrono::seconds;
using testing::EstateView;
using testing::ReadPage;

constexpr metrics::MetricInfo kOwn{.name = "klaxon_own", .help = "Read at the scrape"};

/// A page with a clock that stands at the estate's time, and an own metric that counts scrapes.
struct Fixture {
  std::string Text() const {
    const http::Response response = page.Serve({});
    CHECK(response.status == 200);
    CHECK(response.content_type == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(response.content_encoding == "gzip");
    return testing::Gunzip(response.Bytes());
  }

  ReadPage Read() const {
    ReadPage read = testing::ReadText(Text());
    CAPTURE(read.mistakes);
    CHECK(read.mistakes.empty());
    return read;
  }

  /// The estate as a view of now.
  View Estate(const testing::Ages& ages = {}) {
    View view = EstateView(ages);
    REQUIRE(view.now == clock.Now());
    return view;
  }

  testing::FakeClock clock{};
  int scrapes = 0;
  PrometheusPage page{{}, clock, [this](metrics::MetricWriter& writer) {
                        writer.BeginFamily(kOwn);
                        writer.Sample({}, ++scrapes);
                      }};
};

TEST_CASE("before the first view the page holds what Klaxon says of itself", "[page]") {
  Fixture fixture;
  const ReadPage read = fixture.Read();
  CHECK(read.Value("klaxon_own") == "1");
  CHECK(read.samples.size() == 1);
}

TEST_CASE("scrapes within a second share one file, unless the page changes", "[page]") {
  Fixture fixture;
  CHECK(fixture.Read().Value("klaxon_own") == "1");
  fixture.clock.Advance(std::chrono::milliseconds{999});
  CHECK(fixture.Read().Value("klaxon_own") == "1");
  CHECK(fixture.page.Serve({}).shared_body == fixture.page.Serve({}).shared_body);
  fixture.clock.Advance(std::chrono::milliseconds{1});
  CHECK(fixture.Read().Value("klaxon_own") == "2");
  View view = EstateView();
  view.now = fixture.clock.Now();
  fixture.page.Update(view);
  CHECK(fixture.Read().Value("klaxon_own") == "3");
  CHECK(fixture.Read().Value("kafka_brokers{cluster=\"main\"}") == "3");
  fixture.page.Update(view);  // nothing new: the file stays
  CHECK(fixture.Read().Value("klaxon_own") == "3");
}

/// The golden file, or what KLAXON_UPDATE_GOLDEN=1 makes it.
std::string Golden(const std::string& text) {
  const std::string path = "tests/exporters/prometheus/golden/estate.txt";
  if (std::getenv("KLAXON_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << text;
  }
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  return golden.str();
}

TEST_CASE("the page of the estate is the golden one", "[page]") {
  Fixture fixture;
  fixture.page.Update(fixture.Estate());
  const std::string text = fixture.Text();
  CHECK(testing::ReadText(text).mistakes.empty());
  CHECK(text == Golden(text));
}

TEST_CASE("a kind of source is rendered again only when one of its sections has changed",
          "[page]") {
  Fixture fixture;
  const View first = fixture.Estate();
  fixture.page.Update(first);
  fixture.clock.Advance(seconds{2});

  View second = first;
  second.now = fixture.clock.Now();
  Section connect = *second.parts[1].section;
  ++connect.status.polls;
  second.parts[1].section = std::make_shared<const Section>(connect);
  fixture.page.Update(second);

  const ReadPage read = fixture.Read();
  const std::string rendered = "klaxon_page_rendered_timestamp_seconds{fragment=";
  CHECK(read.Value(rendered + "\"kafka\"}") == "1767225600");
  CHECK(read.Value(rendered + "\"connect\"}") == "1767225602");
  CHECK(read.Value(rendered + "\"collectors\"}") == "1767225602");
  CHECK(read.Value(
            "klaxon_collector_polls_total{cluster=\"main\",collector=\"connect\",name=\"etl\"}") ==
        "13");
  CHECK(read.Value("kafka_brokers{cluster=\"main\"}") == "3");
}

TEST_CASE("a kind of source is rendered again when what was derived of it has changed", "[page]") {
  Fixture fixture;
  View view = fixture.Estate();
  fixture.page.Update(view);
  auto derived =
      std::make_shared<KafkaDerived>(dynamic_cast<const KafkaDerived&>(*view.parts[0].derived));
  derived->groups[1].topics[0][1].lag = 7;
  view.parts[0].derived = derived;
  fixture.page.Update(view);
  CHECK(fixture.Read().Value("kafka_consumergroup_lag{cluster=\"main\",consumergroup=\"billing "
                             "\"eu\"\\\n\",partition=\"1\",topic=\"orders\"}") == "7");
}

TEST_CASE("what has expired leaves with the next view, though no section has changed", "[page]") {
  Fixture fixture;
  View view = fixture.Estate();
  fixture.page.Update(view);
  CHECK(fixture.Read().Value("kafka_brokers{cluster=\"main\"}") == "3");
  fixture.clock.Advance(seconds{30});
  view.now = fixture.clock.Now();
  fixture.page.Update(view);
  const ReadPage read = fixture.Read();
  CHECK(read.Value("kafka_brokers{cluster=\"main\"}").empty());
  CHECK(read.Value(
            "klaxon_collector_answer_fresh{cluster=\"main\",collector=\"kafka\",name=\"\",source="
            "\"Metadata\"}") == "0");
  CHECK(read.Value("klaxon_page_samples{fragment=\"kafka\"}") == "0");
}

TEST_CASE("a source that is gone from the view is gone from the page", "[page]") {
  Fixture fixture;
  View view = fixture.Estate();
  fixture.page.Update(view);
  view.parts.pop_back();
  fixture.page.Update(view);
  const ReadPage read = fixture.Read();
  CHECK(read.Value("kafka_connect_connectors{cluster=\"main\",connect=\"etl\"}").empty());
  CHECK(read.Value("kafka_brokers{cluster=\"main\"}") == "3");
}

TEST_CASE("values that expired and were not renewed by anybody are not served", "[page]") {
  Fixture fixture;
  fixture.page.Update(fixture.Estate());
  const std::string shown = "klaxon_page_fragment_shown{fragment=\"kafka\"}";
  fixture.clock.Advance(seconds{29} + seconds{10});  // the answers are of one second before
  CHECK(fixture.Read().Value("kafka_brokers{cluster=\"main\"}") == "3");
  CHECK(fixture.Read().Value(shown) == "1");
  fixture.clock.Advance(seconds{1});
  const ReadPage read = fixture.Read();
  CHECK(read.Value("kafka_brokers{cluster=\"main\"}").empty());
  CHECK(read.Value(shown) == "0");
  CHECK_FALSE(read.Value("klaxon_own").empty());
}

TEST_CASE("scrapes see whole pages while the page is rendered", "[page]") {
  testing::FakeClock clock;
  PrometheusPage page({}, clock, [](metrics::MetricWriter&) {});
  const std::vector<View> views{EstateView(), EstateView({.stale = {"latest"}, .never = {}}),
                                testing::SilentView()};
  page.Update(views[0]);
  std::atomic<int> broken{0};
  {
    std::vector<std::jthread> scrapers;
    scrapers.reserve(2);
    for (int i = 0; i < 2; ++i) {
      scrapers.emplace_back([&] {
        for (int scrape = 0; scrape < 50; ++scrape) {
          const std::string text = testing::Gunzip(page.Serve({}).Bytes());
          broken += testing::ReadText(text).mistakes.empty() ? 0 : 1;
        }
      });
    }
    for (size_t i = 0; i < 100; ++i) {
      page.Update(views[i % views.size()]);
    }
  }
  CHECK(broken == 0);
}

}  // namespace
}  // namespace klaxon::prometheus_page
