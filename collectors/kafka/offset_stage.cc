#include "collectors/kafka/offset_stage.h"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "agent/kafka/wire/messages/list_offsets.h"

namespace klaxon::kafka_collector {
namespace {

using wire::ListOffsetsRequest;
using wire::ListOffsetsResponse;

/// One of the two offsets of a partition, and how to ask for it.
struct Kind {
  OffsetFact PartitionFacts::* fact = nullptr;
  int64_t timestamp = wire::kLatestOffset;
  Duration good_for{};
  bool all = true;  ///< false: only what was never read, or not the last time
};

struct Question {
  ListOffsetsRequest request{};
  std::vector<size_t> topics{};  ///< place in the facts; parallel to request.topics
  size_t partitions = 0;
};

/// The requests for one kind of offset.
struct Batch {
  std::map<int32_t, std::vector<Question>> by_leader{};
  Calls<ListOffsetsRequest> calls{};
  std::vector<std::vector<size_t>> topics{};  ///< parallel to calls
};

void AddQuestion(Batch& batch, const Kind& kind, const KafkaFacts& facts, size_t topic,
                 const PartitionFacts& partition) {
  std::vector<Question>& questions = batch.by_leader[partition.leader];
  if (questions.empty() || questions.back().partitions == kPartitionsPerRequest) {
    questions.emplace_back();
  }
  Question& question = questions.back();
  if (question.topics.empty() || question.topics.back() != topic) {
    question.topics.push_back(topic);
    question.request.topics.push_back({.name = facts.topics[topic].entity->name});
  }
  ++question.partitions;
  question.request.topics.back().partitions.push_back(
      {.index = partition.partition, .timestamp = kind.timestamp});
}

Batch Plan(Round& round, const Kind& kind) {
  static const Error no_leader(Reason::kRefused, "the partition has no leader");
  Batch batch;
  KafkaFacts& facts = round.facts();
  for (size_t topic = 0; topic < facts.topics.size(); ++topic) {
    for (PartitionFacts& partition : facts.topics[topic].partitions) {
      OffsetFact& fact = partition.*kind.fact;
      if (!kind.all && fact.answer != nullptr && !fact.answer->error) {
        round.answers().Keep(fact.answer);
      } else if (partition.leader < 0) {
        fact.answer = round.answers().Carry(fact.answer, no_leader);
      } else {
        AddQuestion(batch, kind, facts, topic, partition);
      }
    }
  }
  for (auto& [leader, questions] : batch.by_leader) {
    for (Question& question : questions) {
      Add(batch.calls, leader, std::move(question.request));
      batch.topics.push_back(std::move(question.topics));
    }
  }
  return batch;
}

/// What a broker refused, in one line however many partitions it is.
struct Refusals {
  size_t count = 0;
  std::string example{};
  std::optional<Error> error{};

  void Add(const std::string& topic, int32_t partition, const Error& why) {
    if (count++ == 0) {
      example = fmt::format("{}-{}", topic, partition);
      error = why;
    }
  }
};

/// What went wrong with a partition; empty: nothing.
std::optional<Error> Refused(const ListOffsetsResponse::Partition& part, int32_t broker) {
  if (part.error_code != wire::ErrorCode::kNone) {
    return ErrorOf(part.error_code, broker);
  }
  if (part.offset < 0) {
    return Error(Reason::kBadAnswer, BrokerName(broker) + " tells no offset");
  }
  return std::nullopt;
}

/// The fact that a part of an answer tells of; null: not what we asked this broker.
OffsetFact* FactOf(TopicFacts& topic, const Kind& kind, int32_t index, int32_t broker) {
  PartitionFacts* partition = FindPartition(topic, index);
  return partition == nullptr || partition->leader != broker ? nullptr : &(partition->*kind.fact);
}

/// Takes the offsets of one answer.
Refusals TakeOffsets(Round& round, const Kind& kind, int32_t broker,
                     const ListOffsetsResponse& response, const AnswerRef& answer) {
  Refusals refusals;
  for (const ListOffsetsResponse::Topic& told : response.topics) {
    const int32_t index = round.topics().Find(told.name);
    if (index < 0) {
      continue;
    }
    TopicFacts& topic = round.facts().topics[static_cast<size_t>(index)];
    for (const ListOffsetsResponse::Partition& part : told.partitions) {
      OffsetFact* fact = FactOf(topic, kind, part.index, broker);
      if (fact == nullptr) {
        continue;
      }
      const std::optional<Error> error = Refused(part, broker);
      if (!error) {
        *fact = {.offset = part.offset, .answer = answer};
        continue;
      }
      fact->answer = round.answers().Carry(fact->answer, *error);
      refusals.Add(told.name, part.index, *error);
    }
  }
  return refusals;
}

/// Marks every partition that a request asked for and that got neither an offset nor an error.
void CarryUnanswered(Round& round, const Kind& kind, const ListOffsetsRequest& request,
                     const std::vector<size_t>& topics, const Error& error) {
  for (size_t i = 0; i < topics.size(); ++i) {
    TopicFacts& topic = round.facts().topics[topics[i]];
    for (const ListOffsetsRequest::Partition& asked : request.topics[i].partitions) {
      OffsetFact& fact = FindPartition(topic, asked.index)->*kind.fact;
      if (!round.answers().Has(fact.answer)) {
        fact.answer = round.answers().Carry(fact.answer, error);
      }
    }
  }
}

void Take(Round& round, const Kind& kind, Batch& batch) {
  for (size_t i = 0; i < batch.calls.size(); ++i) {
    const auto& call = *batch.calls[i];
    const int32_t broker = call.broker();
    if (!call.response()) {
      round.BrokerFailed(broker, call.response().error());
      CarryUnanswered(round, kind, call.request(), batch.topics[i], call.response().error());
      continue;
    }
    const AnswerRef answer = round.AnswerTo(call, kind.good_for);
    const Refusals refusals = TakeOffsets(round, kind, broker, *call.response(), answer);
    if (refusals.count > 0) {
      round.AddProblem("offsets of " + BrokerName(broker),
                       {refusals.error->reason(),
                        fmt::format("{} for {} partitions, e.g. {}", refusals.error->message(),
                                    refusals.count, refusals.example)});
    }
    CarryUnanswered(round, kind, call.request(), batch.topics[i],
                    {Reason::kBadAnswer, BrokerName(broker) + " left the partition out"});
  }
}

}  // namespace

void ReadOffsets(Round& round) {
  std::optional<MonoTime>& read_at = round.memory().earliest_read_at;
  const MonoTime now = round.Now().mono;
  const bool due = !read_at || now - *read_at >= round.config().earliest_interval;
  if (due) {
    read_at = now;
  }
  const Kind latest{.fact = &PartitionFacts::latest,
                    .timestamp = wire::kLatestOffset,
                    .good_for = GoodFor(round.config().interval)};
  const Kind earliest{.fact = &PartitionFacts::earliest,
                      .timestamp = wire::kEarliestOffset,
                      .good_for = GoodFor(round.config().earliest_interval),
                      .all = due};
  Batch ends = Plan(round, latest);
  Batch beginnings = Plan(round, earliest);
  round.Exchange(ends.calls, beginnings.calls);
  Take(round, latest, ends);
  Take(round, earliest, beginnings);
}

void CarryOffsets(Round& round, const Error& error) {
  for (TopicFacts& topic : round.facts().topics) {
    for (PartitionFacts& partition : topic.partitions) {
      partition.latest.answer = round.answers().Carry(partition.latest.answer, error);
      partition.earliest.answer = round.answers().Carry(partition.earliest.answer, error);
    }
  }
}

}  // namespace klaxon::kafka_collector
