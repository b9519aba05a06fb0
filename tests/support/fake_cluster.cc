#include "tests/support/fake_cluster.h"

#include <algorithm>

#include "tests/support/fake_cluster_answers.h"

namespace klaxon::testing {

using kafka::kAnyBroker;
using kafka::wire::ApiKey;
using kafka::wire::VersionRange;

FakeCluster& FakeCluster::AddBrokers(int count) {
  for (int i = 0; i < count; ++i) {
    brokers[static_cast<int32_t>(brokers.size()) + 1] = {};
  }
  return *this;
}

FakeCluster& FakeCluster::AddTopic(const std::string& name, int partitions, int64_t latest) {
  Topic topic;
  topic.id[15] = static_cast<uint8_t>(topics.size() + 1);
  for (int i = 0; i < partitions; ++i) {
    const auto leader = static_cast<int32_t>(i % static_cast<int>(brokers.size())) + 1;
    topic.partitions.push_back(
        {.leader = leader, .replicas = {leader}, .in_sync = {leader}, .latest = latest});
  }
  topics[name] = std::move(topic);
  return *this;
}

FakeCluster& FakeCluster::AddGroup(const std::string& name, const std::string& topic,
                                   int64_t committed) {
  Group group;
  group.coordinator = static_cast<int32_t>(groups.size() % brokers.size()) + 1;
  for (size_t i = 0; i < topics.at(topic).partitions.size(); ++i) {
    group.commits[topic][static_cast<int32_t>(i)] = committed;
  }
  groups[name] = std::move(group);
  return *this;
}

void FakeClusterClient::SetBrokers(std::vector<kafka::BrokerAddress> brokers) {
  known_.clear();
  for (const kafka::BrokerAddress& broker : brokers) {
    known_.insert(broker.id);
  }
}

int32_t FakeClusterClient::Route(int32_t broker) const {
  if (broker != kAnyBroker) {
    return broker;
  }
  for (const auto& [id, state] : cluster_.brokers) {
    if (!state.silent && !state.unreachable) {
      return id;
    }
  }
  return cluster_.brokers.begin()->first;
}

std::optional<int16_t> FakeClusterClient::VersionAt(int32_t broker, ApiKey api,
                                                    VersionRange ours) const {
  const auto state = cluster_.brokers.find(Route(broker));
  if (state == cluster_.brokers.end()) {
    return std::nullopt;
  }
  const auto limit = state->second.newest.find(api);
  const int16_t version =
      limit == state->second.newest.end() ? ours.max : std::min(ours.max, limit->second);
  return version < ours.min ? std::nullopt : std::optional(version);
}

void FakeClusterClient::Exchange(std::span<kafka::Call* const> calls, MonoTime deadline,
                                 const std::stop_token& stop) {
  ++exchanges_;
  for (kafka::Call* call : calls) {
    if (stop.stop_requested() || deadline <= clock_.Now().mono) {
      call->Fail({Reason::kTimeout, "no time left"});
    } else {
      Serve(*call);
    }
  }
}

void FakeClusterClient::Serve(kafka::Call& call) {
  const int32_t id = Route(call.broker());
  const std::string title = "broker " + std::to_string(id);
  const auto found = cluster_.brokers.find(id);
  if (found == cluster_.brokers.end() || found->second.unreachable ||
      (call.broker() != kAnyBroker && !known_.contains(id))) {
    call.Fail({Reason::kUnreachable, title + ": connection refused"});
    return;
  }
  const std::optional<int16_t> version = VersionAt(id, call.api(), call.versions());
  if (!version) {
    call.Fail({Reason::kUnsupported, title + " does not speak " + Name(call.api())});
    return;
  }
  ++counts_[call.api()];
  if (const auto hook = cluster_.before.find(call.api()); hook != cluster_.before.end()) {
    hook->second();
  }
  call.MarkSent(clock_.Now());
  const bool mute = found->second.cut_off && call.api() == ApiKey::kDescribeQuorum;
  if (found->second.silent || mute) {
    call.Fail({Reason::kTimeout, title + ": no answer in time"});
    return;
  }
  const std::string body = AnswerOf(cluster_, id, call, *version);
  if (!call.Answer(body, *version)) {
    return;  // the call holds the error
  }
  call.MarkAnswered(id);
}

}  // namespace klaxon::testing
