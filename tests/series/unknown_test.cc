#include <map>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/metrics/writer.h"
#include "agent/series/unknown_book.h"
#include "agent/series/unknown_match.h"
#include "tests/metrics/estate.h"

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

}  // namespace
}  // namespace klaxon::series
