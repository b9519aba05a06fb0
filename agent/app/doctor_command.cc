#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "agent/app/commands.h"
#include "agent/app/doctor_report.h"
#include "agent/app/options.h"
#include "agent/kafka/doctor/examination.h"
#include "collectors/kafka/collector.h"
#include "collectors/kafka/tokens.h"

namespace klaxon::app {
namespace {

constexpr Duration kStepPatience = std::chrono::seconds{5};  // of one step

using KafkaSource = SourceOf<kafka_collector::Config>;

kafka::Findings ExamineOne(const KafkaSource& source, bool tell, Clock& clock,
                           http::HttpClient& http) {
  const auto print = [tell](const kafka::Finding& found) {
    if (tell) {
      fmt::print("{}", FindingLines(found));
      std::fflush(stdout);
    }
  };
  const std::string& cluster = source.place().cluster;
  kafka::wire::ClientOptions options = kafka_collector::ClientOptionsOf(source.config(), cluster);
  options.tokens = kafka_collector::MakeTokenSource(
      source.config().security, {.cluster = cluster, .clock = clock, .http = http});
  kafka::Examination examination(std::move(options), clock, kStepPatience, print);
  return examination.Run({});
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
  SystemClock clock;
  const std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  std::vector<Diagnosis> diagnoses;
  bool bad = false;
  for (const SourceRef& source : config->sources) {
    if (const auto* kafka = dynamic_cast<const KafkaSource*>(source.get())) {
      if (!json) {
        fmt::print("cluster {}\n", kafka->place().cluster);
      }
      diagnoses.push_back({kafka->place().cluster, ExamineOne(*kafka, !json, clock, *http)});
      bad = bad || AnyBad(diagnoses.back().findings);
    }
  }
  if (diagnoses.empty()) {
    return Refuse("klaxon: no Kafka cluster to look at; give --bootstrap HOST:PORT", json);
  }
  if (json) {
    fmt::print("{}", DiagnosesAsJson(diagnoses));
  } else {
    fmt::print("{}\n", bad ? "Something is wrong; see the lines that begin with \"bad\"."
                           : "Nothing is wrong.");
  }
  return bad ? kFailed : kOk;
}

}  // namespace klaxon::app
