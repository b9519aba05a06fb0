#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/analysis/advance.h"
#include "agent/model/view.h"

/// Small views to render: one Kafka cluster and one Connect cluster, said at second 100.
namespace klaxon::status_page::testing {

inline Instant At(int second) {
  return {.wall = WallTime{std::chrono::seconds{second}},
          .mono = MonoTime{std::chrono::seconds{second}}};
}

inline AnswerRef AnswerAt(int second) {
  return std::make_shared<const Answer>(Answer{.source = "Metadata",
                                               .taken_at = At(second),
                                               .good_for = std::chrono::seconds{30},
                                               .error = {}});
}

/// Facts of a healthy cluster; a test changes what it is about.
inline KafkaFacts HealthyKafka(EntityTable& names) {
  KafkaFacts facts;
  facts.cluster_id = "cluster-id-1";
  facts.metadata = facts.leadership = facts.controller_answer = AnswerAt(100);
  facts.controller = 1;
  facts.proof = MetadataProof::kProven;
  facts.brokers = {{.id = 1, .host = "kafka-1", .port = 9092},
                   {.id = 2, .host = "kafka-2", .port = 9092}};
  TopicFacts topic{.entity = names.Intern("orders")};
  for (int32_t i = 0; i < 2; ++i) {
    topic.partitions.push_back({.partition = i,
                                .leader = 1 + i,
                                .replicas = {1, 2},
                                .in_sync = {1, 2},
                                .latest = {.offset = 1000, .answer = AnswerAt(100)}});
  }
  facts.topics.push_back(topic);
  GroupFacts group{
      .entity = names.Intern("billing"),
      .state = "Stable",
      .members = {{.client_id = "c", .client_host = "/10.0.0.1"}},
      .described = AnswerAt(100),
      .topics = {{.topic = topic.entity,
                  .topic_index = 0,
                  .commits = {{.partition = 0, .offset = 400}, {.partition = 1, .offset = 990}}}},
      .committed = AnswerAt(100)};
  facts.groups.push_back(std::move(group));
  facts.group_lists = {AnswerAt(100)};
  facts.answers = {facts.metadata};
  return facts;
}

inline ConnectFacts HealthyConnect(EntityTable& names) {
  ConnectFacts facts;
  facts.version = "4.3.1";
  facts.listed = facts.root = AnswerAt(100);
  facts.answers = {facts.listed};
  facts.connectors.push_back({.entity = names.Intern("jdbc-orders"),
                              .type = "source",
                              .state = "RUNNING",
                              .worker = "c1:8083",
                              .tasks = {{.id = 0, .state = "RUNNING", .worker = "c1:8083"}}});
  return facts;
}

template <class SomeFacts>
SectionRef SectionOf(std::string collector, SomeFacts facts) {
  Section section{.cluster = "main", .collector = std::move(collector)};
  section.instance = section.collector == "connect" ? "etl" : "";
  section.facts = std::make_shared<SomeFacts>(std::move(facts));
  return std::make_shared<const Section>(std::move(section));
}

inline View ViewOf(const std::vector<SectionRef>& sections) {
  return analysis::Advance(View{}, sections, At(100));
}

}  // namespace klaxon::status_page::testing
