#include <chrono>
#include <cstdio>

#include <fmt/format.h>

#include "agent/app/commands.h"
#include "agent/app/doctor_report.h"
#include "agent/app/options.h"
#include "agent/kafka/doctor/examination.h"
#include "collectors/kafka/collector.h"

namespace klaxon::app {
namespace {

constexpr Duration kPatience = std::chrono::seconds{5};  // of one step

using KafkaSource = SourceOf<kafka_collector::Config>;

kafka::Findings ExamineOne(const KafkaSource& source, bool tell, Clock& clock) {
  const auto print = [tell](const kafka::Finding& found) {
    if (tell) {
      fmt::print("{}", FindingLines(found));
      std::fflush(stdout);
    }
  };
  kafka::Examination examination(
      kafka_collector::ClientOptionsOf(source.config(), source.place().cluster), clock, kPatience,
      print);
  return examination.Run({});
}

}  // namespace

ExitCode Doctor(const RunOptions& options, bool json) {
  const Result<AgentConfig> config = ConfigOf(options);
  if (!config) {
    fmt::print(stderr, "{}\n", config.error().message());
    return kUsage;
  }
  log::SetLevel(log::Level::kError);  // what goes wrong is told as a finding
  SystemClock clock;
  std::vector<Diagnosis> diagnoses;
  bool bad = false;
  for (const SourceRef& source : config->sources) {
    if (const auto* kafka = dynamic_cast<const KafkaSource*>(source.get())) {
      if (!json) {
        fmt::print("cluster {}\n", kafka->place().cluster);
      }
      diagnoses.push_back({kafka->place().cluster, ExamineOne(*kafka, !json, clock)});
      bad = bad || AnyBad(diagnoses.back().findings);
    }
  }
  if (json) {
    fmt::print("{}", DiagnosesAsJson(diagnoses));
  } else if (diagnoses.empty()) {
    fmt::print(stderr, "klaxon: no Kafka cluster to look at; give --bootstrap HOST:PORT\n");
    return kUsage;
  } else {
    fmt::print("{}\n", bad ? "Something is wrong; see the lines that begin with \"bad\"."
                           : "Nothing is wrong.");
  }
  return bad ? kFailed : kOk;
}

}  // namespace klaxon::app
