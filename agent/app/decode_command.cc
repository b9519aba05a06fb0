#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "agent/app/commands.h"
#include "agent/app/options.h"
#include "agent/app/reader_options.h"
#include "agent/app/record_report.h"
#include "agent/app/source.h"
#include "agent/base/text.h"
#include "agent/http/url.h"
#include "collectors/schema_registry/config.h"

namespace klaxon::app {
namespace {

constexpr Duration kPatience = std::chrono::seconds{20};  // of everything that Kafka is asked
constexpr size_t kAtOnce = 1000;

using KafkaSource = SourceOf<kafka_collector::Config>;
using ReadFrom = kafka::ReadFrom;

/// The one Kafka cluster of the configuration, or the one that is named.
Result<const KafkaSource*> SourceIn(const AgentConfig& config, const std::string& name) {
  const KafkaSource* found = nullptr;
  for (const SourceRef& source : config.sources) {
    const auto* kafka = dynamic_cast<const KafkaSource*>(source.get());
    if (kafka == nullptr || (!name.empty() && kafka->place().cluster != name)) {
      continue;
    }
    if (found != nullptr) {
      return Error(Reason::kInvalid, "the file has several Kafka clusters; give --name");
    }
    found = kafka;
  }
  if (found == nullptr) {
    return Error(Reason::kInvalid, name.empty() ? "there is no Kafka cluster to read from"
                                                : "there is no Kafka cluster of that --name");
  }
  return found;
}

/// Where to read: one record of one partition, or the newest of each.
Result<std::vector<ReadFrom>> Places(const DecodeOptions& options, int32_t partitions) {
  if (options.partition && (*options.partition < 0 || *options.partition >= partitions)) {
    return Error(Reason::kRefused, fmt::format("topic {} has partitions 0 to {}",
                                               Printable(options.topic), partitions - 1));
  }
  std::vector<ReadFrom> places;
  for (int32_t at = 0; at < partitions; ++at) {
    if (options.partition.value_or(at) == at) {
      places.push_back({.topic = options.topic,
                        .partition = at,
                        .kind = options.offset ? ReadFrom::Kind::kOffset : ReadFrom::Kind::kNewest,
                        .number = options.offset.value_or(1)});
    }
  }
  return places;
}

/// Keeps the record to be shown: the first at or after the offset, or else the newest.
class Keeper {
 public:
  explicit Keeper(bool first) : first_(first) {}

  void Take(const kafka::RecordView& record) {
    const bool better = !kept_ || (!first_ && record.written >= kept_->written);
    if (!better) {
      return;
    }
    std::vector<WireHeader> headers;
    headers.reserve(record.headers.size());
    for (const kafka::RecordView::Header& header : record.headers) {
      headers.push_back({.name = header.name, .value = header.value});
    }
    kept_ = JudgedRecord{.topic = std::string(record.topic),
                         .partition = record.partition,
                         .offset = record.offset,
                         .written = record.written,
                         .parts = {}};
    for (const RecordPart part : {RecordPart::kKey, RecordPart::kValue}) {
      const auto& bytes = part == RecordPart::kKey ? record.key : record.value;
      kept_->parts.push_back({.part = part, .prefix = ReadPrefix(part, bytes, headers)});
    }
  }

  const std::optional<JudgedRecord>& kept() const { return kept_; }

  /// Whether no later record could be better.
  bool IsDone() const { return first_ && kept_; }

 private:
  bool first_;
  std::optional<JudgedRecord> kept_{};
};

/// Lets the reader begin where the options say; how many places that are.
Result<size_t> Begin(const DecodeOptions& options, kafka::RecordReader& reader, MonoTime deadline) {
  const Result<std::vector<kafka::TopicShape>> topics = reader.Topics(options.topic, deadline, {});
  if (!topics || topics->empty()) {
    return topics ? Error(Reason::kRefused, "there is no such topic") : topics.error();
  }
  const Result<std::vector<ReadFrom>> places = Places(options, topics->front().partitions);
  if (!places) {
    return places.error();
  }
  if (const Result<void> assigned = reader.Assign(*places); !assigned) {
    return assigned.error();
  }
  return places->size();
}

Result<JudgedRecord> ReadOne(const DecodeOptions& options, const kafka::RecordReaderOptions& how,
                             Clock& clock) {
  const MonoTime deadline = clock.Now().mono + kPatience;
  const Result<std::unique_ptr<kafka::RecordReader>> made = kafka::RecordReader::Make(how, clock);
  if (!made) {
    return made.error();
  }
  kafka::RecordReader& reader = **made;
  const Result<size_t> places = Begin(options, reader, deadline);
  if (!places) {
    return places.error();
  }
  Keeper keeper(options.offset.has_value());
  for (size_t over = 0; over < *places && clock.Now().mono < deadline && !keeper.IsDone();) {
    const Result<kafka::ReadProgress> progress = reader.Read(
        [&](const kafka::RecordView& record) { keeper.Take(record); }, kAtOnce, deadline, {});
    if (!progress || !progress->failed.empty()) {
      return progress ? progress->failed.front().error : progress.error();
    }
    over += progress->ended.size();
  }
  return keeper.kept() ? Result<JudgedRecord>(*keeper.kept())
                       : Error(Reason::kRefused, "there is no record there");
}

void JudgeAll(JudgedRecord& record, SchemaLookup& registry) {
  for (JudgedPart& part : record.parts) {
    part.verdict = Judge(part.prefix, registry.Knowledge());
    // Which id is the highest is known only after a schema was found: look again.
    part.verdict = Judge(part.prefix, registry.Knowledge());
    if (part.verdict.meant >= 0) {
      part.schema = registry.ById(static_cast<int32_t>(part.verdict.meant));
    } else if (part.prefix.shape == WireShape::kGuid) {
      part.schema = registry.ByGuid(part.prefix.guid);
    }
  }
}

/// How the registry is asked: that of --registry, or else the cluster's first in the file. One that
/// is in the file is asked with its login and certificates.
std::optional<registry::RegistryClient> RegistryOf(const AgentConfig& config,
                                                   const std::string& cluster,
                                                   const std::string& url, http::HttpClient& http) {
  const auto bare = [](std::string_view text) {
    return text.substr(0, text.find_last_not_of('/') + 1);
  };
  for (const SourceRef& source : config.sources) {
    const auto* found =
        dynamic_cast<const SourceOf<schema_registry_collector::Config>*>(source.get());
    if (found == nullptr || found->place().cluster != cluster) {
      continue;
    }
    const HttpSource& how = found->config().source;
    const bool named = std::ranges::any_of(
        how.urls, [&](const std::string& each) { return bare(each) == bare(url); });
    if (url.empty() || named) {
      return registry::RegistryClient(http, named ? url : how.urls.front(),
                                      MakeAccess(how, "schema_registry", http));
    }
  }
  return url.empty() ? std::nullopt : std::optional(registry::RegistryClient(http, url));
}

Result<void> CheckOptions(const DecodeOptions& options) {
  if (options.offset && *options.offset < 0) {
    return Error(Reason::kInvalid,
                 fmt::format("--offset {} is none: give a number of 0 or more, as Kafka counts "
                             "records; without it the newest record is shown",
                             *options.offset));
  }
  if (options.offset && !options.partition) {
    return Error(Reason::kInvalid, "--offset needs a --partition");
  }
  if (!options.registry.empty()) {
    const Result<http::Url> url = http::ParseUrl(options.registry);
    if (!url) {
      return url.error().In("--registry");
    }
  }
  return {};
}

}  // namespace

ExitCode Decode(const RunOptions& run, const DecodeOptions& options) {
  const Result<AgentConfig> config = ConfigOf(run);
  if (!config) {
    fmt::print(stderr, "{}\n", config.error().message());
    return kUsage;
  }
  const Result<void> good = CheckOptions(options);
  const Result<const KafkaSource*> source =
      SourceIn(*config, run.config_file.empty() ? "" : options.name);
  if (!good || !source) {
    fmt::print(stderr, "klaxon: {}\n", (good ? source.error() : good.error()).message());
    return kUsage;
  }
  log::SetLevel(log::Level::kError);  // what goes wrong is told below
  SystemClock clock;
  const std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  Result<JudgedRecord> record = ReadOne(
      options, ReaderOptionsOf((*source)->config(), (*source)->place().cluster, clock, *http),
      clock);
  if (!record) {
    fmt::print(stderr, "klaxon: {}: {}\n", Printable(options.topic), record.error().message());
    return kFailed;
  }
  SchemaLookup registry(RegistryOf(*config, (*source)->place().cluster, options.registry, *http),
                        clock);
  JudgeAll(*record, registry);
  fmt::print("{}", options.json ? RecordAsJson(*record) : RecordLines(*record));
  if (registry.error()) {
    fmt::print(stderr, "klaxon: registry: {}\n", Printable(registry.error()->message()));
    return kFailed;
  }
  return IsGood(*record) ? kOk : kFailed;
}

}  // namespace klaxon::app
