#include "collectors/kafka/metadata_stage.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/kafka/wire/messages/describe_quorum.h"
#include "agent/kafka/wire/messages/metadata.h"
#include "collectors/kafka/quorum.h"
#include "collectors/kafka/topics.h"

namespace klaxon::kafka_collector {
namespace {

using kafka::kAnyBroker;
using wire::DescribeQuorumRequest;
using wire::MetadataRequest;

/// What one broker told: what the cluster looks like, and whether it can know.
struct Picture {
  wire::MetadataResponse metadata{};
  AnswerRef answer{};            ///< null: it did not tell
  std::optional<Error> error{};  ///< why it did not
  Quorum quorum{};
  AnswerRef quorum_answer{};

  bool Believable() const { return answer != nullptr && quorum.proof != MetadataProof::kDoubtful; }
};

/// Both questions to the same broker: the quorum of another proves nothing about this one. Metadata
/// goes first, see DoubtIsOver.
Picture Ask(Round& round, int32_t broker) {
  Calls<MetadataRequest> metadata;
  Calls<DescribeQuorumRequest> quorum;
  auto& metadata_call = Add(metadata, broker, MetadataRequest{});
  auto& quorum_call = Add(quorum, broker, AskQuorum());
  round.Exchange(metadata, quorum);
  Picture picture;
  if (!metadata_call.response()) {
    picture.error = metadata_call.response().error();
    round.BrokerFailed(broker, *picture.error);
    return picture;
  }
  picture.answer = round.AnswerTo(metadata_call);
  picture.metadata = std::move(metadata_call.response()).value();
  picture.quorum = JudgeQuorum(quorum_call.response());
  if (quorum_call.response()) {
    picture.quorum_answer = round.AnswerTo(quorum_call);
  }
  return picture;
}

/// The error with what to try, where it does not say so itself.
Error WithAdvice(const Error& error) {
  if (error.reason() != Reason::kUnreachable ||
      error.message().find_first_of(";?") != std::string::npos) {
    return error;
  }
  return {error.reason(),
          error.message() + "; is Kafka running there, and is bootstrap.servers right?"};
}

/// Learns from whoever answers which brokers there are, without any topic.
Result<std::vector<BrokerFacts>> Discover(Round& round) {
  Calls<MetadataRequest> calls;
  auto& call =
      Add(calls, kAnyBroker, MetadataRequest{.topics = std::vector<MetadataRequest::Topic>{}});
  round.Exchange(calls);
  if (!call.response()) {
    return WithAdvice(call.response().error());
  }
  std::vector<BrokerFacts> brokers = ReadBrokers(call.response()->brokers);
  if (brokers.empty()) {
    return Error(Reason::kBadAnswer, "the cluster names no brokers");
  }
  return brokers;
}

/// The first of the brokers that still has its quorum; kAnyBroker if none.
int32_t FindWitness(Round& round, const std::vector<BrokerFacts>& brokers) {
  Calls<DescribeQuorumRequest> calls;
  for (const BrokerFacts& broker : brokers) {
    Add(calls, broker.id, AskQuorum());
  }
  round.Exchange(calls);
  for (const auto& call : calls) {
    if (JudgeQuorum(call->response()).proof != MetadataProof::kDoubtful) {
      return call->broker();
    }
  }
  return kAnyBroker;
}

void SetBrokers(Round& round, const std::vector<BrokerFacts>& brokers) {
  std::vector<kafka::BrokerAddress> addresses;
  for (const BrokerFacts& broker : brokers) {
    if (broker.port > 0 && broker.port <= UINT16_MAX) {
      addresses.push_back(
          {.id = broker.id,
           .address = {.host = broker.host, .port = static_cast<uint16_t>(broker.port)}});
    } else {
      round.AddProblem(
          BrokerName(broker.id),
          Error(Reason::kBadAnswer, fmt::format("advertises port {}, which is none; see "
                                                "advertised.listeners of that broker",
                                                broker.port)));
    }
  }
  round.client().SetBrokers(std::move(addresses));
}

std::vector<BrokerFacts> Without(std::vector<BrokerFacts> brokers, int32_t id) {
  std::erase_if(brokers, [id](const BrokerFacts& broker) { return broker.id == id; });
  return brokers;
}

/// Asks one broker and, if it is silent or in doubt, one of the others that is not.
Picture AskOneOf(Round& round, int32_t first, const std::vector<BrokerFacts>& brokers) {
  Picture picture = Ask(round, first);
  if (picture.Believable()) {
    round.memory().metadata_broker = first;
    return picture;
  }
  const int32_t witness = FindWitness(round, Without(brokers, first));
  if (witness == kAnyBroker) {
    return picture;
  }
  Picture better = Ask(round, witness);
  if (better.answer == nullptr) {
    return picture;
  }
  round.memory().metadata_broker = witness;
  return better;
}

Picture AskAround(Round& round) {
  int32_t& known = round.memory().metadata_broker;
  if (known != kAnyBroker) {
    Picture picture = AskOneOf(round, known, round.old().brokers);
    if (picture.answer != nullptr) {
      return picture;
    }
    known = kAnyBroker;  // none that we knew answers: the bootstrap servers may know others
  }
  const Result<std::vector<BrokerFacts>> brokers = Discover(round);
  if (!brokers) {
    Picture picture;
    picture.error = brokers.error();
    return picture;
  }
  SetBrokers(round, *brokers);
  return AskOneOf(round, brokers->front().id, *brokers);
}

void TakeController(Round& round, const Picture& picture) {
  KafkaFacts& facts = round.facts();
  if (picture.quorum.proof == MetadataProof::kProven) {
    facts.controller = picture.quorum.leader;
    facts.controller_answer = picture.quorum_answer;
  } else if (picture.quorum.why->reason() == Reason::kUnsupported) {
    // ZooKeeper mode: here, and only here, Metadata names the active controller.
    if (picture.metadata.controller_id >= 0) {
      facts.controller = picture.metadata.controller_id;
    }
    facts.controller_answer = picture.answer;
  } else {
    facts.controller = round.old().controller;
    facts.controller_answer =
        round.answers().Carry(round.old().controller_answer, *picture.quorum.why);
  }
}

void TakeMetadata(Round& round, Picture& picture) {
  KafkaFacts& facts = round.facts();
  TakeController(round, picture);
  facts.proof = picture.quorum.proof;
  facts.cluster_id = picture.metadata.cluster_id.value_or("");
  facts.brokers = ReadBrokers(picture.metadata.brokers);
  facts.topics =
      ReadTopics(std::move(picture.metadata.topics), round.old().topics, round.memory().topics);
  facts.metadata = picture.answer;
  if (facts.proof != MetadataProof::kDoubtful) {
    facts.leadership = picture.answer;
  }
  SetBrokers(round, facts.brokers);
}

}  // namespace

std::optional<Error> ReadMetadata(Round& round) {
  Picture picture = AskAround(round);
  if (picture.answer == nullptr) {
    round.AddProblem("metadata", *picture.error);
    CarryMetadata(round, *picture.error);
    return picture.error;
  }
  if (picture.quorum.proof == MetadataProof::kDoubtful) {
    round.memory().doubt = picture.quorum.why;
    round.AddProblem("quorum", *picture.quorum.why);
    if (round.old().metadata != nullptr) {
      CarryMetadata(round, *picture.quorum.why);
      return std::nullopt;
    }
  } else if (picture.quorum.why && picture.quorum.why->reason() == Reason::kUnauthorized) {
    round.AddProblem("quorum", *picture.quorum.why);
  }
  TakeMetadata(round, picture);
  return std::nullopt;
}

bool DoubtIsOver(Round& round) {
  if (!round.answered()) {
    return true;  // nobody is left who could be in doubt: start afresh
  }
  // One broker a poll, in turn: all of them would be held up until their own time-outs otherwise.
  int32_t& last = round.memory().metadata_broker;
  const BrokerFacts* next = nullptr;
  for (const BrokerFacts& broker : round.facts().brokers) {
    const bool nearer = next == nullptr || (next->id <= last && broker.id > last);
    if (nearer && !round.HasFailed(broker.id)) {
      next = &broker;
    }
  }
  if (next == nullptr) {
    return false;
  }
  last = next->id;
  return FindWitness(round, {*next}) != kAnyBroker;
}

void CarryMetadata(Round& round, const Error& error) {
  KafkaFacts& facts = round.facts();
  const KafkaFacts& old = round.old();
  AnswerBook& answers = round.answers();
  facts.proof = MetadataProof::kDoubtful;
  facts.cluster_id = old.cluster_id;
  facts.brokers = old.brokers;
  facts.topics = old.topics;
  facts.metadata = answers.Carry(old.metadata, error);
  facts.leadership = answers.Carry(old.leadership, error);
  facts.controller = old.controller;
  facts.controller_answer = answers.Carry(old.controller_answer, error);
}

}  // namespace klaxon::kafka_collector
