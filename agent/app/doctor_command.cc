#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "agent/app/commands.h"
#include "agent/app/doctor_report.h"
#include "agent/app/options.h"
#include "agent/app/poll_once.h"
#include "agent/kafka/doctor/examination.h"
#include "collectors/kafka/collector.h"
#include "collectors/kafka/tokens.h"

namespace klaxon::app {
namespace {

constexpr Duration kStepPatience = std::chrono::seconds{5};  // of one step

using KafkaSource = SourceOf<kafka_collector::Config>;

/// Tells people of a finding as soon as it is there.
void Print(const kafka::Finding& found) {
  fmt::print("{}", FindingLines(found));
  std::fflush(stdout);
}

/// Examines the sources of a configuration one after the other.
class Doctors {
 public:
  explicit Doctors(bool tell) : tell_(tell) {}

  void Look(const Source& source) {
    if (diagnoses_.empty() || diagnoses_.back().cluster != source.place().cluster) {
      diagnoses_.push_back({source.place().cluster, {}});
      if (tell_) {
        fmt::print("cluster {}\n", source.place().cluster);
      }
    }
    kafka::Findings found;
    if (const auto* kafka = dynamic_cast<const KafkaSource*>(&source)) {
      found = Examine(*kafka);
    } else {
      found = AnswersOf(*PollOnce(source, {.clock = clock_, .http = *http_, .traffic = traffic_}));
      std::ranges::for_each(found, tell_ ? Print : [](const kafka::Finding&) {});
    }
    std::ranges::move(found, std::back_inserter(diagnoses_.back().findings));
  }

  const std::vector<Diagnosis>& diagnoses() const { return diagnoses_; }

 private:
  kafka::Findings Examine(const KafkaSource& source) {
    const std::string& cluster = source.place().cluster;
    kafka::wire::ClientOptions options = kafka_collector::ClientOptionsOf(source.config(), cluster);
    options.tokens = kafka_collector::MakeTokenSource(
        source.config().security, {.cluster = cluster, .clock = clock_, .http = *http_});
    kafka::Examination examination(
        std::move(options), clock_, kStepPatience, tell_ ? Print : [](const kafka::Finding&) {});
    return examination.Run({});
  }

  bool tell_;
  SystemClock clock_{};
  std::unique_ptr<http::HttpClient> http_ = http::MakeHttpClient();
  TrafficBook traffic_{};
  std::vector<Diagnosis> diagnoses_{};
};

/// What is read over the connection of a `kafka:` section is examined with that.
bool HasItsOwnSection(const Source& source) {
  return std::ranges::any_of(
      SourceKinds(), [&](const SourceKind& kind) { return kind.key == source.place().collector; });
}

/// Says what keeps it from looking.
ExitCode Refuse(const std::string& lines, bool json) {
  if (json) {
    fmt::print("{}", MistakesAsJson(lines));
  } else {
    fmt::print(stderr, "{}\n", lines);
  }
  return kUsage;
}

}  // namespace

ExitCode Doctor(const RunOptions& options, bool json) {
  const Result<AgentConfig> config = ConfigOf(options);
  if (!config) {
    return Refuse(config.error().message(), json);
  }
  log::SetLevel(log::Level::kError);  // what goes wrong is told as a finding
  Doctors doctors(!json);
  for (const SourceRef& source : config->sources) {
    if (HasItsOwnSection(*source)) {
      doctors.Look(*source);
    }
  }
  const bool bad = std::ranges::any_of(
      doctors.diagnoses(), [](const Diagnosis& diagnosis) { return AnyBad(diagnosis.findings); });
  if (json) {
    fmt::print("{}", DiagnosesAsJson(doctors.diagnoses()));
  } else {
    fmt::print("{}\n", bad ? "Something is wrong; see the lines that begin with \"bad\"."
                           : "Nothing is wrong.");
  }
  return bad ? kFailed : kOk;
}

}  // namespace klaxon::app
