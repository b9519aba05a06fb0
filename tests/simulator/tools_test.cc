// Kafka's own Java tools read the simulator. Their packages come with the real test stack; where it
// cannot be had these are skipped, and fail with CI=true.
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "tests/simulator/small_cluster.h"

namespace klaxon::simulator {
namespace {

using Json = nlohmann::json;

constexpr int kCannotBeHad = 77;

struct Output {
  int code = -1;
  std::string text{};
};

Output Run(const std::string& command) {
  Output output;
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> chunk{};
  for (size_t got = 0; (got = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) {
    output.text.append(chunk.data(), got);
  }
  const int status = ::pclose(pipe);
  output.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return output;
}

void NeedTools() {
  const Output output = Run("tests/stack/stack install 2>&1");
  if (output.code == kCannotBeHad) {
    SKIP(output.text);
  }
  INFO(output.text);
  REQUIRE(output.code == 0);
}

std::string MustRun(const Cluster& cluster, const std::string& tool, const std::string& more) {
  const std::string command = "tests/stack/kt " + tool + " --bootstrap-server " +
                              ToString(cluster.bootstrap().front()) + " " + more;
  const Output output = Run(command);
  INFO(command << "\n" << output.text);
  REQUIRE(output.code == 0);
  REQUIRE_FALSE(output.text.empty());
  return output.text;
}

/// The kind as Kafka's admin client names it.
std::string TypeOf(GroupKind kind) {
  switch (kind) {
    case GroupKind::kClassic:
    case GroupKind::kConnect:
      return "Classic";
    case GroupKind::kConsumer:
      return "Consumer";
    case GroupKind::kShare:
      return "Share";
  }
  std::abort();
}

Json Truth(const ClusterState& state) {
  Json groups = Json::object();
  for (const Group& group : state.groups) {
    Json offsets = Json::object();
    for (const GroupPartition& at : group.partitions) {
      if (at.committed >= 0) {
        offsets[state.topics[at.topic].name + "/" + std::to_string(at.partition)] = at.committed;
      }
    }
    groups[group.name] = {{"state", StateName(group)},
                          // the tool does not ask for the members of share groups
                          {"members", group.kind == GroupKind::kShare ? Json() : group.members},
                          {"type", TypeOf(group.kind)},
                          {"offsets", std::move(offsets)}};
  }
  Json partitions = Json::object();
  for (const Topic& topic : state.topics) {
    for (size_t i = 0; i < topic.partitions.size(); ++i) {
      const Partition& at = topic.partitions[i];
      partitions[topic.name + "/" + std::to_string(i)] = {{"leader", at.leader},
                                                          {"replicas", at.replicas},
                                                          {"isr", at.in_sync},
                                                          {"earliest", at.start},
                                                          {"latest", at.End()}};
    }
  }
  return {{"groups", std::move(groups)}, {"partitions", std::move(partitions)}};
}

/// The lists of the tool's answer as objects by name, which have no order.
Json Told(const Json& answer) {
  const auto place = [](const Json& row) {
    return row.at("topic").get<std::string>() + "/" +
           std::to_string(row.at("partition").get<int>());
  };
  Json groups = Json::object();
  for (const Json& row : answer.at("groups")) {
    Json offsets = Json::object();
    for (const Json& offset : row.at("offsets")) {
      offsets[place(offset)] = offset.at("offset");
    }
    groups[row.at("group").get<std::string>()] = {{"state", row.at("state")},
                                                  {"members", row.at("members")},
                                                  {"type", row.at("type")},
                                                  {"offsets", std::move(offsets)}};
  }
  Json partitions = Json::object();
  for (const Json& row : answer.at("partitions")) {
    partitions[place(row)] = {{"leader", row.at("leader")},
                              {"replicas", row.at("replicas")},
                              {"isr", row.at("isr")},
                              {"earliest", row.at("earliest")},
                              {"latest", row.at("latest")}};
  }
  return {{"groups", std::move(groups)}, {"partitions", std::move(partitions)}};
}

TEST_CASE("Kafka's admin client is told exactly what the state holds", "[simulator]") {
  NeedTools();
  SystemClock clock;
  const auto cluster = StartSmall(clock, 3);
  cluster->Change([](ClusterState& state) { SetReplicaStuck(state, "orders", 1, true); });
  const Output output =
      Run("tests/stack/kt truth --bootstrap " + ToString(cluster->bootstrap().front()));
  INFO(output.text);
  REQUIRE(output.code == 0);
  const Json answer = Json::parse(output.text);
  CHECK(answer.at("cluster_id") == cluster->Snapshot().cluster_id);
  CHECK(answer.at("brokers").size() == 3);
  CHECK(Json::diff(Truth(cluster->Snapshot()), Told(answer)) == Json::array());
}

TEST_CASE("kafka-topics and kafka-consumer-groups of 4.3.1 and 3.9.1 read the simulator",
          "[simulator]") {
  NeedTools();
  SystemClock clock;
  const auto cluster = StartSmall(clock, 3);
  cluster->Change([](ClusterState& state) { SetReplicaStuck(state, "orders", 1, true); });
  const ClusterState state = cluster->Snapshot();
  for (const std::string version : {"4.3.1", "3.9.1"}) {
    INFO("tools of " << version);
    const std::string broken = MustRun(*cluster, "--kafka " + version + " topics",
                                       "--describe --under-replicated-partitions");
    CHECK(broken.find("Topic: orders\tPartition: 1\t") != std::string::npos);
    CHECK(broken.find("Partition:") == broken.rfind("Partition:"));

    std::istringstream rows(MustRun(*cluster, "--kafka " + version + " groups",
                                    "--describe --group billing --group audit"));
    size_t read = 0;
    for (std::string line; std::getline(rows, line);) {
      std::istringstream columns(line);
      std::string group;
      std::string topic;
      size_t partition = 0;
      int64_t committed = 0;
      int64_t end = 0;
      int64_t lag = 0;
      if (columns >> group >> topic >> partition >> committed >> end >> lag) {
        INFO(line);
        CHECK(end == FindTopic(state, topic)->partitions.at(partition).End());
        CHECK(lag == end - committed);
        ++read;
      }
    }
    CHECK(read == 9);  // 4 of billing, 5 of audit: one of its six was never committed
  }
}

TEST_CASE("kafka-metadata-quorum reads the simulator", "[simulator]") {
  NeedTools();
  SystemClock clock;
  const auto cluster = StartSmall(clock, 3);
  const Output output = Run("tests/stack/kt quorum --bootstrap-server " +
                            ToString(cluster->bootstrap().front()) + " describe --status");
  INFO(output.text);
  REQUIRE(output.code == 0);
  std::istringstream words(output.text);
  std::string leader;
  for (std::string word; words >> word;) {
    if (word == "LeaderId:") {
      words >> leader;
    }
  }
  CHECK(leader == "1");
}

}  // namespace
}  // namespace klaxon::simulator
