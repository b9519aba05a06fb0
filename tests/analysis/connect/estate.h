#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/analysis/advance.h"
#include "agent/model/connect_configs.h"
#include "agent/model/view.h"

/// A Kafka cluster and a Connect cluster on it that a test makes up and polls, second by second.
namespace klaxon::testing {

class ConnectEstate {
 public:
  struct Group {
    std::string state = "Stable";
    std::vector<std::string> members{};                  ///< client ids
    std::vector<std::pair<int32_t, int64_t>> commits{};  ///< of topic "orders"
  };

  ConnectEstate() {
    Worker("w1:8083");
    Worker("w2:8083");
  }

  ConnectMemberFacts& Worker(const std::string& id) {
    workers.members.push_back({.member_id = "m-" + id, .url = "http://" + id + "/"});
    return workers.members.back();
  }

  /// A connector that runs, with tasks that do; carried by the first worker.
  ConnectorFacts& Connector(const std::string& name, const std::string& type, int tasks) {
    ConnectorFacts& connector = connectors.emplace_back();
    connector.entity = names_.Intern(name);
    connector.type = type;
    connector.connector_class = "com.example." + type;
    connector.state = "RUNNING";
    connector.worker = "w1:8083";
    connector.intent = ConnectIntent::kRunning;
    ConnectWork work{.connector = name, .instance = true};
    for (int id = 0; id < tasks; ++id) {
      connector.tasks.push_back({.id = id, .state = "RUNNING", .worker = "w1:8083"});
      work.tasks.push_back(id);
    }
    workers.members[0].carries.push_back(work);
    return connector;
  }

  /// Both are polled `seconds` after the last time.
  const View& Pass(int seconds) {
    now_ += std::chrono::seconds{seconds};
    view = analysis::Advance(view, {Kafka(), Connect()}, Now());
    return view;
  }

  /// What recovery thinks of the connectors, made of the last answer.
  void Recover(RecoveryFacts recovery) {
    recovery.planned = facts_->listed;
    recovery.answers = {facts_->listed};
    view.parts.push_back({.section = std::make_shared<const Section>(
                              Section{.cluster = "main",
                                      .collector = "recovery",
                                      .instance = "etl",
                                      .facts = std::make_shared<RecoveryFacts>(recovery)})});
  }

  Instant Now() const { return {.wall = WallTime{now_}, .mono = MonoTime{now_}}; }

  const ConnectDerived& derived() const {
    return dynamic_cast<const ConnectDerived&>(*view.parts.at(1).derived);
  }

  const ConnectorDerived& First() const { return derived().connectors.at(0); }

  /// "ghost 0, failed -1": fault and task of every verdict of the first connector.
  std::string Verdicts() const {
    std::string words;
    for (const ConnectVerdict& verdict : First().verdicts) {
      words += (words.empty() ? "" : ", ") + std::string(Name(verdict.fault)) + " " +
               std::to_string(verdict.task);
    }
    return words;
  }

  std::vector<std::string> Events() const {
    std::vector<std::string> words;
    for (const Event& event : *view.events) {
      words.push_back(std::string(Name(event.kind)) + " " + event.subject +
                      (event.detail.empty() ? "" : " " + event.detail));
    }
    return words;
  }

  std::vector<ConnectorFacts> connectors{};
  std::vector<ConnectDisagreement> disagreements{};
  bool compares = false;
  bool tells_workers = false;  ///< the first answers, the second does not
  std::string worker_url{};    ///< of the only worker; empty: there are two
  std::string worker_version = "4.3.1";
  std::shared_ptr<const ConnectConfigs> configs{};  ///< null: the config topic is not followed
  bool answers = true;                              ///< false: REST is silent, old facts stay
  std::string kafka_id = "k1";                      ///< as Kafka tells it
  std::string cluster_id = "k1";                    ///< as Connect tells it
  ConnectGroupFacts workers{.protocol = "sessioned"};
  std::string workers_state = "Stable";
  bool has_workers_group = true;
  std::vector<std::pair<std::string, Group>> groups{};  ///< by name
  std::vector<std::pair<std::string, int64_t>> topics{
      {"orders", 0}};                  ///< by name; end of partition 0
  std::set<std::string> leaderless{};  ///< of topics
  View view{};

 private:
  AnswerRef Answered() const {
    return std::make_shared<const Answer>(
        Answer{.source = "test", .taken_at = Now(), .good_for = std::chrono::seconds{30}});
  }

  SectionRef Connect() {
    if (answers) {
      facts_ = std::make_shared<ConnectFacts>();
      facts_->kafka_cluster_id = cluster_id;
      facts_->root = facts_->listed = Answered();
      facts_->connectors = connectors;
      facts_->disagreements = disagreements;
      facts_->compared = compares ? facts_->listed : nullptr;
      facts_->workers = {{.entity = names_.Intern("http://w1:8083")},
                         {.entity = names_.Intern("http://w2:8083")}};
      if (tells_workers) {
        ConnectWorkerFacts& first = facts_->workers[0];
        first.alive = true;
        first.latency = 0.25;
        first.health = ConnectHealth::kHealthy;
        first.told = first.health_told = facts_->listed;
        first.polled = facts_->workers[1].polled = facts_->listed;
      }
      if (!worker_url.empty()) {
        facts_->workers.resize(1);
        facts_->workers[0].entity = names_.Intern(worker_url);
        facts_->workers[0].version = worker_version;
      }
      facts_->configs = configs;
      facts_->configured = configs == nullptr ? nullptr : facts_->listed;
      facts_->answers = {facts_->listed};
    }
    return std::make_shared<const Section>(
        Section{.cluster = "main", .collector = "connect", .instance = "etl", .facts = facts_});
  }

  GroupFacts GroupOf(const std::string& name, const Group& group, const AnswerRef& answer) {
    GroupFacts facts{.entity = names_.Intern(name),
                     .protocol_type = "consumer",
                     .listed = answer,
                     .state = group.state,
                     .described = answer,
                     .committed = answer};
    for (const std::string& member : group.members) {
      facts.members.push_back({.client_id = member});
    }
    if (!group.commits.empty()) {
      GroupTopicFacts& topic = facts.topics.emplace_back(
          GroupTopicFacts{.topic = names_.Intern("orders"), .topic_index = IndexOf("orders")});
      for (const auto& [partition, offset] : group.commits) {
        topic.commits.push_back({.partition = partition, .offset = offset});
      }
    }
    return facts;
  }

  int32_t IndexOf(const std::string& topic) const {
    for (size_t i = 0; i < topics.size(); ++i) {
      if (topics[i].first == topic) {
        return static_cast<int32_t>(i);
      }
    }
    return -1;
  }

  SectionRef Kafka() {
    auto facts = std::make_shared<KafkaFacts>();
    const AnswerRef answer = Answered();
    facts->cluster_id = kafka_id;
    facts->metadata = facts->leadership = answer;
    facts->group_lists = {answer};
    facts->answers = {answer};
    for (const auto& [name, end] : topics) {
      facts->topics.push_back({.entity = names_.Intern(name), .internal = name.starts_with("__")});
      facts->topics.back().partitions.push_back({.leader = leaderless.contains(name) ? -1 : 1,
                                                 .latest = {.offset = end, .answer = answer}});
    }
    if (has_workers_group) {
      facts->groups.push_back({.entity = names_.Intern("a-workers"),
                               .protocol_type = "connect",
                               .state = workers_state,
                               .connect = std::make_shared<const ConnectGroupFacts>(workers),
                               .described = answer});
    }
    for (const auto& [name, group] : groups) {
      facts->groups.push_back(GroupOf(name, group, answer));
    }
    return std::make_shared<const Section>(
        Section{.cluster = "main", .collector = "kafka", .facts = std::move(facts)});
  }

  std::chrono::seconds now_{1'000};
  EntityTable names_;
  std::shared_ptr<ConnectFacts> facts_{};
};

}  // namespace klaxon::testing
