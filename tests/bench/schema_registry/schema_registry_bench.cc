// What a large registry costs: 10,000 subjects with 10 versions each, on a node that takes 2 ms for
// every answer. The first scan, then polls of a registry that does not change; requests as
// counters.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "agent/analysis/advance.h"
#include "agent/http/client.h"
#include "agent/simulator/registry_node.h"
#include "collectors/schema_registry/collector.h"

namespace klaxon::schema_registry_collector {
namespace {

constexpr int kSubjects = 10'000;
constexpr int kVersions = 10;
constexpr int kPolls = 30;

class Watched {
 public:
  Watched() {
    auto started = simulator::RegistryNode::Start(simulator::SizedRegistry(kSubjects, kVersions));
    node_ = std::move(started).value();
    node_->SetFaults({.delay = std::chrono::milliseconds{2}});
    Config config;
    config.name = "large";
    config.source.urls = {node_->url()};
    config.interval = std::chrono::seconds{60};
    collector_ = std::make_unique<SchemaRegistryCollector>(config, *http_);
  }

  /// Seconds that the poll took.
  double Poll() {
    const Instant began = clock_.Now();
    Reading reading = collector_->Poll({.clock = clock_,
                                        .interval = std::chrono::seconds{60},
                                        .deadline = began.mono + std::chrono::seconds{60},
                                        .stop = {}});
    const Instant ended = clock_.Now();
    facts = std::dynamic_pointer_cast<const SchemaRegistryFacts>(reading.facts);
    const auto section = std::make_shared<const Section>(Section{.cluster = "shop",
                                                                 .collector = "schema_registry",
                                                                 .instance = "large",
                                                                 .status = {},
                                                                 .facts = reading.facts});
    view_ = analysis::Advance(view_, {section}, clock_.Now());
    analysis_seconds = std::chrono::duration<double>(clock_.Now().mono - ended.mono).count();
    return std::chrono::duration<double>(ended.mono - began.mono).count();
  }

  bool SettingsKnown() const {
    return std::ranges::all_of(facts->inventory->subjects, [](const SubjectRef& subject) {
      return subject->compatibility && subject->mode;
    });
  }

  std::shared_ptr<const SchemaRegistryFacts> facts{};
  double analysis_seconds = 0;

 private:
  SystemClock clock_{};
  std::unique_ptr<simulator::RegistryNode> node_{};
  std::unique_ptr<http::HttpClient> http_ = http::MakeHttpClient();
  std::unique_ptr<SchemaRegistryCollector> collector_{};
  View view_{};
};

void LargeRegistry(benchmark::State& state) {
  for (auto _ : state) {
    Watched watched;
    double first = watched.Poll();
    double requests = static_cast<double>(watched.facts->poll_requests);
    while (!watched.facts->whole) {
      first += watched.Poll();
      requests += static_cast<double>(watched.facts->poll_requests);
    }
    fmt::print(stderr, "first scan: {:.1f} s, {} requests\n", first, requests);
    state.counters["first_scan_s"] = first;
    state.counters["first_scan_requests"] = requests;
    state.counters["first_analysis_s"] = watched.analysis_seconds;
    int polls = 0;
    for (; !watched.SettingsKnown(); ++polls) {
      watched.Poll();
    }
    fmt::print(stderr, "settings of all subjects known after {} polls more\n", polls);
    state.counters["polls_until_settings_known"] = polls;
    double most = 0;
    double slowest = 0;
    for (int i = 0; i < kPolls; ++i) {
      slowest = std::max(slowest, watched.Poll());
      most = std::max(most, static_cast<double>(watched.facts->poll_requests));
    }
    state.counters["poll_requests_most"] = most;
    state.counters["poll_slowest_s"] = slowest;
    state.counters["poll_analysis_s"] = watched.analysis_seconds;
  }
}

BENCHMARK(LargeRegistry)->Iterations(1)->Unit(benchmark::kSecond);

}  // namespace
}  // namespace klaxon::schema_registry_collector
