#include "collectors/record_samples/collector.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "collectors/answers.h"

namespace klaxon::record_samples_collector {
namespace {

constexpr int32_t kPartitionsOfATopic = 8;
constexpr size_t kMostTopics = 2'000;
constexpr size_t kProblemsTold = 20;
constexpr Duration kPatience = std::chrono::seconds{20};  // of a whole poll
constexpr size_t kFetchBytes = size_t{64} * 1024;
constexpr size_t kMostWaiting = size_t{8} * 1024 * 1024;

kafka::RecordReaderOptions Bounded(kafka::RecordReaderOptions options) {
  options.fetch_bytes = kFetchBytes;
  options.most_waiting = kMostWaiting;
  return options;
}

}  // namespace

/// Reads the chosen partitions, each until it has enough records or ends.
class RecordSamplesCollector::Sampling {
 public:
  Sampling(kafka::RecordReader& reader, const PollContext& context, MonoTime deadline, size_t most)
      : reader_(reader), context_(context), deadline_(deadline), most_(most) {}

  struct Topic {
    Tally tally{};
    bool read = false;             ///< something of it was read to the end
    std::optional<Error> error{};  ///< of a partition, the first

    void GiveTo(SampledTopic& topic, const Instant& began, Duration good_for) {
      if (read) {
        topic.records = tally.records();
        topic.parts = std::move(tally).Take();
        topic.sampled = MakeAnswer("records of " + topic.entity->name, began, good_for);
      }
      if (error) {
        topic.sampled = WithError(topic.sampled, *error);
      }
    }
  };

  /// Error: nothing could be read at all.
  Result<void> Run(const std::vector<kafka::ReadFrom>& partitions) {
    if (Result<void> assigned = reader_.Assign(partitions); !assigned) {
      return assigned;
    }
    for (const kafka::ReadFrom& from : partitions) {
      open_[{from.topic, from.partition}] = 0;
      topics_[from.topic];
    }
    constexpr size_t kAtOnce = 1000;
    while (!open_.empty() && context_.clock.Now().mono < deadline_) {
      const Result<kafka::ReadProgress> progress =
          reader_.Read([this](const kafka::RecordView& record) { Take(record); }, kAtOnce,
                       deadline_, context_.stop);
      if (!progress) {
        return progress.error();
      }
      for (const auto& end : progress->ended) {
        Close(end.at);
      }
      for (const auto& failure : progress->failed) {
        open_.erase(failure.at);
        Topic& topic = topics_[failure.at.topic];
        topic.error = topic.error.value_or(failure.error);
      }
    }
    for (const auto& [at, taken] : open_) {
      Topic& topic = topics_[at.topic];
      topic.error = topic.error.value_or(
          Error(Reason::kTimeout, fmt::format("partition {} was not read in time", at.partition)));
    }
    return {};
  }

  std::map<std::string, Topic>& topics() { return topics_; }

 private:
  void Take(const kafka::RecordView& record) {
    const kafka::PartitionName at{.topic = std::string(record.topic),
                                  .partition = record.partition};
    const auto open = open_.find(at);
    if (open == open_.end()) {
      return;  // it had enough; a busy partition goes on
    }
    topics_[at.topic].tally.Add(record);
    if (++open->second >= most_) {
      Close(at);
    }
  }

  void Close(const kafka::PartitionName& at) {
    topics_[at.topic].read = true;
    open_.erase(at);
  }

  kafka::RecordReader& reader_;
  const PollContext& context_;
  MonoTime deadline_;
  size_t most_;
  std::map<kafka::PartitionName, size_t> open_{};  // records taken of each
  std::map<std::string, Topic> topics_{};
};

RecordSamplesCollector::RecordSamplesCollector(Config config, kafka::RecordReaderOptions options)
    : config_(std::move(config)), options_(Bounded(std::move(options))) {
}

void RecordSamplesCollector::List(const std::vector<kafka::TopicShape>& shapes,
                                  const PollContext& context, RecordSampleFacts& facts,
                                  Reading& reading) {
  size_t left_out = 0;
  for (const kafka::TopicShape& shape : shapes) {
    if (!IsChosen(config_.topics, shape.name)) {
      continue;
    }
    if (facts.topics.size() >= kMostTopics) {
      ++left_out;
      continue;
    }
    facts.topics.push_back({.entity = entities_.Intern(shape.name)});
  }
  std::ranges::sort(facts.topics, {}, [](const SampledTopic& topic) { return topic.entity->name; });
  if (left_out > 0) {
    reading.problems.push_back(
        {.scope = "topics",
         .error = Error(Reason::kUnsupported,
                        fmt::format("{} topics fit the patterns and are not sampled; {} are at "
                                    "most",
                                    left_out, kMostTopics))});
  }
  facts.listed = MakeAnswer("Metadata", context.clock.Now(), GoodFor(context.interval));
  std::map<EntityRef, const SampledTopic*> before;
  for (const SampledTopic& topic : facts_ == nullptr ? facts.topics : facts_->topics) {
    before.emplace(topic.entity, &topic);
  }
  for (SampledTopic& topic : facts.topics) {
    if (const auto same = before.find(topic.entity); same != before.end()) {
      topic = SampledTopic(*same->second);
    }
  }
}

std::vector<kafka::ReadFrom> RecordSamplesCollector::Choose(
    const std::vector<kafka::TopicShape>& shapes, const RecordSampleFacts& facts) {
  std::map<std::string_view, int32_t> partitions;
  for (const kafka::TopicShape& shape : shapes) {
    partitions[shape.name] = shape.partitions;
  }
  std::vector<const SampledTopic*> turn;
  size_t all = 0;
  for (const SampledTopic& topic : facts.topics) {
    turn.push_back(&topic);
    all += static_cast<size_t>(std::min(partitions[topic.entity->name], kPartitionsOfATopic));
  }
  rounds_ = std::max<size_t>((all + config_.partitions - 1) / config_.partitions, 1);
  std::ranges::stable_partition(
      turn, [this](const SampledTopic* topic) { return topic->entity->name > last_; });
  std::vector<kafka::ReadFrom> chosen;
  for (const SampledTopic* topic : turn) {
    const std::string& name = topic->entity->name;
    const int32_t count = partitions[name];
    const int32_t some = std::min(count, kPartitionsOfATopic);
    if (!chosen.empty() && chosen.size() + static_cast<size_t>(some) > config_.partitions) {
      break;
    }
    int32_t& begin = begin_[name];
    for (int32_t i = 0; i < some; ++i) {
      chosen.push_back({.topic = name,
                        .partition = (begin + i) % count,
                        .kind = kafka::ReadFrom::Kind::kNewest,
                        .number = static_cast<int64_t>(config_.records)});
    }
    begin = count == 0 ? 0 : (begin + some) % count;
    last_ = name;
  }
  return chosen;
}

Reading RecordSamplesCollector::Poll(const PollContext& context) {
  Reading reading;
  const MonoTime deadline = std::min(context.deadline, context.clock.Now().mono + kPatience);
  const Result<std::unique_ptr<kafka::RecordReader>> made =
      kafka::RecordReader::Make(options_, context.clock);
  if (!made) {
    return Carry(made.error(), std::move(reading));
  }
  kafka::RecordReader& reader = **made;
  const auto shapes = reader.Topics(std::nullopt, deadline, context.stop);
  if (!shapes) {
    return Carry(shapes.error(), std::move(reading));
  }
  auto facts = std::make_shared<RecordSampleFacts>();
  List(*shapes, context, *facts, reading);
  reading.answered = true;
  const Instant began = context.clock.Now();
  Sampling sampling(reader, context, deadline, config_.records);
  const Result<void> ran = sampling.Run(Choose(*shapes, *facts));
  const Duration good_for = GoodFor(context.interval) * static_cast<int64_t>(rounds_);
  for (SampledTopic& topic : facts->topics) {
    const auto found = sampling.topics().find(topic.entity->name);
    if (found == sampling.topics().end()) {
      continue;  // it is not its turn
    }
    if (!ran) {
      found->second.error = ran.error();
    }
    found->second.GiveTo(topic, began, good_for);
    if (found->second.error && reading.problems.size() < kProblemsTold) {
      reading.problems.push_back(
          {.scope = "topic " + topic.entity->name, .error = *found->second.error});
    }
  }
  return Finish(std::move(facts), std::move(reading));
}

Reading RecordSamplesCollector::Carry(const Error& error, Reading reading) {
  reading.problems.push_back({.scope = "records", .error = error});
  if (facts_ == nullptr) {
    return reading;
  }
  auto facts = std::make_shared<RecordSampleFacts>(*facts_);
  facts->listed = WithError(facts->listed, error);
  for (SampledTopic& topic : facts->topics) {
    topic.sampled = WithError(topic.sampled, error);
  }
  return Finish(std::move(facts), std::move(reading));
}

Reading RecordSamplesCollector::Finish(std::shared_ptr<RecordSampleFacts> facts, Reading reading) {
  facts->answers.clear();
  std::set<AnswerRef> answers{facts->listed};
  for (const SampledTopic& topic : facts->topics) {
    answers.insert(topic.sampled);
  }
  answers.erase(nullptr);
  facts->answers.assign(answers.begin(), answers.end());
  reading.facts = facts;
  facts_ = std::move(facts);
  entities_.Sweep();
  std::set<std::string_view> names;
  for (const SampledTopic& topic : facts_->topics) {
    names.insert(topic.entity->name);
  }
  std::erase_if(begin_, [&](const auto& entry) { return !names.contains(entry.first); });
  return reading;
}

}  // namespace klaxon::record_samples_collector
