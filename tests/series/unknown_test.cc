#include <cstdint>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/analysis/advance.h"
#include "agent/metrics/writer.h"
#include "agent/series/unknown_book.h"
#include "agent/series/unknown_match.h"
#include "tests/metrics/estate.h"
#include "tests/series/random_estate.h"

namespace klaxon::series {
namespace {

using testing::EstateView;

/// The series that a view shows, and a book of what it does not know.
class Reader final : public metrics::MetricWriter {
 public:
  explicit Reader(const View& view, std::string cluster_label = "cluster")
      : book_(std::move(cluster_label)) {
    book_.Begin();
    for (const metrics::Table& table : metrics::AllTables())
      metrics::Emit(table, view, *this);
    scopes_ = book_.End(view.now);
  }

  void BeginFamily(const metrics::MetricInfo& info) override { info_ = info; }

  void Sample(metrics::LabelValues values, double /*value*/) override {
    std::vector<std::pair<std::string, std::string>> labels{{"__name__", std::string(info_.name)}};
    for (size_t i = 0; i < values.size(); ++i)
      labels.emplace_back(info_.labels[i], values[i]);
    series_.insert(Labels(std::move(labels)));
  }

  void Unknown(metrics::LabelValues first_values, const AnswerRef& answer) override {
    book_.Add(info_, first_values, answer);
  }

  const std::set<Labels>& series() const { return series_; }

  const UnknownScopes& scopes() const { return *scopes_; }

 private:
  UnknownBook book_;
  metrics::MetricInfo info_{};
  std::set<Labels> series_{};
  UnknownScopesRef scopes_{};
};

bool IsUnknown(const Labels& series, const UnknownScopes& scopes) {
  std::vector<Matcher> matchers;
  for (const Label& label : series)
    matchers.push_back(*Matcher::Make(MatchKind::kEqual, label.name, label.value));
  return !ScopesOf("", matchers, scopes).empty();
}

/// Checks that of what vanished nothing vanished unsaid.
void CheckAllSaid(const std::set<Labels>& before, const Reader& after) {
  size_t vanished = 0;
  for (const Labels& series : before) {
    if (after.series().contains(series)) continue;
    ++vanished;
    INFO(ToString(series));
    CHECK((series.metric_name().starts_with("klaxon_") || IsUnknown(series, after.scopes())));
  }
  CHECK(vanished > 0);
}

TEST_CASE("whatever answer is missing, each series that vanishes is in a scope") {
  const Reader fresh(EstateView());
  for (const char* const answer : {"metadata", "leadership", "controller", "listed", "described",
                                   "committed", "earliest", "latest", "root", "connectors"}) {
    INFO(answer);
    CheckAllSaid(fresh.series(), Reader(EstateView({.stale = {answer}, .never = {}})));
    CheckAllSaid(fresh.series(), Reader(EstateView({.stale = {}, .never = {answer}})));
  }
}

TEST_CASE("when time passes and nothing answers any more, all that was known is in a scope") {
  View view = EstateView();
  const Reader fresh(view);
  view.now.mono += std::chrono::hours{24};
  const Reader late(view);
  CheckAllSaid(fresh.series(), late);
  for (const UnknownScope& scope : late.scopes())
    CHECK(scope.since.mono <= view.now.mono);
}

TEST_CASE("a source that never answered is unknown with all its metrics") {
  const Reader fresh(EstateView());
  CheckAllSaid(fresh.series(), Reader(testing::SilentView()));
}

TEST_CASE("what is known is in no scope") {
  const Reader fresh(EstateView());
  for (const Labels& series : fresh.series()) {
    INFO(ToString(series));
    CHECK_FALSE(IsUnknown(series, fresh.scopes()));
  }
}

/// The seeds of the estates; KLAXON_SEED begins elsewhere.
std::vector<uint32_t> Seeds() {
  const char* const given = std::getenv("KLAXON_SEED");
  const auto first = static_cast<uint32_t>(given == nullptr ? 1 : std::strtoul(given, nullptr, 10));
  std::vector<uint32_t> seeds;
  for (uint32_t i = 0; i < 4; ++i)
    seeds.push_back(first + i);
  return seeds;
}

/// What is shown of an estate in the half minute in which all its answers expire: with the view as
/// it was made first, as the store sees it between two views, or with one made anew each time.
template <class Check>
void WhileAllExpires(uint32_t seed, bool anew, const Check& check) {
  const std::vector<SectionRef> sections = testing::RandomEstate(seed);
  const Instant start = testing::EstateNow();
  View view = analysis::Advance(View{}, sections, start);
  const Reader first(view);
  for (const int second : {2, 7, 12, 17, 22, 27, 31}) {
    const std::chrono::seconds later{second};
    view.now = {.wall = start.wall + later, .mono = start.mono + later};
    if (anew) view = analysis::Advance(view, sections, view.now);
    check(first, Reader(view));
  }
}

TEST_CASE("of estates of every kind nothing vanishes unsaid, whatever expires first") {
  for (const uint32_t seed : Seeds()) {
    for (const bool anew : {false, true}) {
      INFO("seed " << seed << (anew ? ", views made anew" : ""));
      WhileAllExpires(seed, anew, [](const Reader& first, const Reader& now) {
        for (const Labels& series : first.series()) {
          if (now.series().contains(series) || series.metric_name().starts_with("klaxon_"))
            continue;
          INFO(ToString(series));
          CHECK(IsUnknown(series, now.scopes()));
        }
      });
    }
  }
}

TEST_CASE("of estates of every kind nothing that is shown is called unknown") {
  for (const uint32_t seed : Seeds()) {
    for (const bool anew : {false, true}) {
      INFO("seed " << seed << (anew ? ", views made anew" : ""));
      WhileAllExpires(seed, anew, [](const Reader&, const Reader& now) {
        for (const Labels& series : now.series()) {
          // What is known of a platform's Kafka may be less than there is to know of it.
          if (series.metric_name().ends_with("_kafka_info")) continue;
          INFO(ToString(series));
          CHECK_FALSE(IsUnknown(series, now.scopes()));
        }
      });
    }
  }
}

}  // namespace
}  // namespace klaxon::series
