#include "tests/metrics/estate.h"

#include <utility>
#include <vector>

#include "agent/analysis/advance.h"

namespace klaxon::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Instant Before(Duration age) {
  const Instant now = EstateNow();
  return {.wall = now.wall - std::chrono::duration_cast<WallTime::duration>(age),
          .mono = now.mono - age};
}

class Builder {
 public:
  explicit Builder(Ages ages) : ages_(std::move(ages)) {}

  SectionRef Kafka() {
    auto facts = std::make_shared<KafkaFacts>();
    facts->cluster_id = "MkU3OEVBNTcwNTJENDM2Qk";
    facts->metadata = MakeAnswer("metadata", "Metadata");
    facts->leadership = MakeAnswer("leadership", "Metadata, proven");
    facts->proof = ages_.doubtful ? MetadataProof::kDoubtful : MetadataProof::kProven;
    facts->controller = 3;
    facts->controller_answer = MakeAnswer("controller", "DescribeQuorum");
    facts->brokers = {BrokerFacts{.id = 1, .host = "kafka-1", .port = 9092},
                      BrokerFacts{.id = 2, .host = "::1", .port = 9092},
                      BrokerFacts{.id = 3,
                                  .host = "kafka-3",
                                  .port = 9092,
                                  .error = Error(Reason::kTimeout, "no answer within 5 s")}};
    facts->topics = Topics();
    facts->groups = Groups();
    facts->answers = std::exchange(answers_, {});
    return std::make_shared<const Section>(Section{
        .cluster = "main", .collector = "kafka", .status = Status(), .facts = std::move(facts)});
  }

  SectionRef Connect() {
    auto facts = std::make_shared<ConnectFacts>();
    facts->url = "http://connect:8083";
    facts->version = "4.3.1";
    facts->kafka_cluster_id = "MkU3OEVBNTcwNTJENDM2Qk";
    facts->root = MakeAnswer("root", "GET /");
    facts->listed = MakeAnswer("connectors", "GET /connectors");
    facts->connectors = {
        ConnectorFacts{.entity = names_.Intern("jdbc-source"),
                       .type = "source",
                       .connector_class = "io.example.Jdbc",
                       .state = "RUNNING",
                       .tasks = {ConnectTaskFacts{.id = 0, .state = "RUNNING"},
                                 ConnectTaskFacts{.id = 1, .state = "FAILED"}}},
        ConnectorFacts{.entity = names_.Intern("new"), .type = "sink", .state = ""},
        ConnectorFacts{.entity = names_.Intern("paused"), .type = "sink", .state = "HIBERNATING"}};
    facts->answers = std::exchange(answers_, {});
    PollStatus status = Status();
    status.problems.clear();
    status.failures.clear();
    return std::make_shared<const Section>(Section{.cluster = "main",
                                                   .collector = "connect",
                                                   .instance = "etl",
                                                   .status = status,
                                                   .facts = std::move(facts)});
  }

 private:
  AnswerRef MakeAnswer(const std::string& key, const std::string& source) {
    if (ages_.never.contains(key)) {
      return nullptr;
    }
    const bool stale = ages_.stale.contains(key);
    answers_.push_back(std::make_shared<const Answer>(Answer{
        .source = source,
        .taken_at = Before(stale ? seconds{40} : seconds{1}),
        .good_for = seconds{30},
        .error = stale ? std::optional(Error(Reason::kTimeout, "no answer")) : std::nullopt}));
    return answers_.back();
  }

  std::vector<TopicFacts> Topics() {
    const AnswerRef earliest = MakeAnswer("earliest", "ListOffsets(earliest) of broker 1");
    const AnswerRef latest = MakeAnswer("latest", "ListOffsets(latest) of broker 1");
    TopicFacts broken{.entity = names_.Intern("broken"),
                      .error = Error(Reason::kUnauthorized, "not permitted")};
    TopicFacts orders{.entity = names_.Intern("orders")};
    orders.partitions = {
        PartitionFacts{.partition = 0,
                       .leader = 1,
                       .replicas = {1, 2},
                       .in_sync = {1, 2},
                       .earliest = {.offset = 100, .answer = earliest},
                       .latest = {.offset = 9007199254740991, .answer = latest}},
        PartitionFacts{.partition = 1,
                       .leader = 2,
                       .replicas = {1, 2},
                       .in_sync = {2},
                       .offline = {1},
                       .earliest = {.offset = 0, .answer = earliest},
                       .latest = {.offset = 50, .answer = latest}},
        PartitionFacts{
            .partition = 2, .leader = -1, .replicas = {4}, .in_sync = {4}, .offline = {4}}};
    return {broken, orders};
  }

  GroupFacts Group(std::string_view name, GroupKind kind, std::string state) {
    return {.entity = names_.Intern(name),
            .kind = kind,
            .protocol_type = "consumer",
            .coordinator = 1,
            .listed = listed_,
            .state = std::move(state),
            .described = described_,
            .committed = committed_};
  }

  std::vector<GroupFacts> Groups() {
    listed_ = MakeAnswer("listed", "ListGroups of broker 1");
    described_ = MakeAnswer("described", "DescribeGroups of broker 1");
    committed_ = MakeAnswer("committed", "OffsetFetch of broker 1");
    const EntityRef orders = names_.Intern("orders");
    GroupFacts audit = Group("audit", GroupKind::kClassic, "Empty");
    audit.topics = {
        GroupTopicFacts{.topic = names_.Intern("gone"), .commits = {{.partition = 0, .offset = 5}}},
        GroupTopicFacts{.topic = orders,
                        .topic_index = 1,
                        .commits = {{.partition = 0, .offset = 1},
                                    {.partition = 1, .offset = 60},
                                    {.partition = 2, .offset = 7}}}};
    GroupFacts billing = Group("billing \"eu\"\\\n", GroupKind::kClassic, "Stable");
    billing.members = {MemberFacts{.client_id = "a"}, MemberFacts{.client_id = "b"}};
    billing.topics = {GroupTopicFacts{
        .topic = orders,
        .topic_index = 1,
        .commits = {{.partition = 0, .offset = 9007199254740981}, {.partition = 1, .offset = 50}}}};
    GroupFacts modern = Group("modern", GroupKind::kConsumer, "");
    modern.members_unknown = Error(Reason::kUnsupported, "group kind not read yet");
    GroupFacts shared = Group("shared", GroupKind::kShare, "Hibernating");
    return {audit, billing, modern, shared};
  }

  static PollStatus Status() {
    return {.interval = seconds{10},
            .polls = 12,
            .missed = 1,
            .failures = {{Reason::kTimeout, 3}},
            .took = milliseconds{250},
            .finished_at = Before(milliseconds{500}),
            .last_answered = Before(milliseconds{500}),
            .problems = {Problem{.scope = "broker 3", .error = Error(Reason::kTimeout, "silent")},
                         Problem{.scope = "broker 3", .error = Error(Reason::kTimeout, "again")},
                         Problem{.scope = "topic broken",
                                 .error = Error(Reason::kUnauthorized, "not permitted")}}};
  }

  Ages ages_;
  EntityTable names_;
  std::vector<AnswerRef> answers_{};
  AnswerRef listed_{};
  AnswerRef described_{};
  AnswerRef committed_{};
};

}  // namespace

Instant EstateNow() {
  return {.wall = WallTime{seconds{1767225600}}, .mono = MonoTime{std::chrono::hours{1}}};
}

View EstateView(const Ages& ages) {
  Builder builder(ages);
  const std::vector<SectionRef> sections{builder.Kafka(), builder.Connect()};
  return analysis::Advance(View{}, sections, EstateNow());
}

View SilentView() {
  const PollStatus status{.interval = seconds{10},
                          .polls = 1,
                          .failures = {{Reason::kUnreachable, 1}},
                          .finished_at = Before(seconds{1})};
  const std::vector<SectionRef> sections{
      std::make_shared<const Section>(
          Section{.cluster = "main", .collector = "kafka", .status = status}),
      std::make_shared<const Section>(
          Section{.cluster = "main", .collector = "connect", .instance = "etl", .status = status})};
  return analysis::Advance(View{}, sections, EstateNow());
}

}  // namespace klaxon::testing
