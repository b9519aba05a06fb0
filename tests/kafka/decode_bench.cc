// What reading the largest answers of a poll costs: items are group-partitions or partitions.
#include <string>

#include <benchmark/benchmark.h>

#include "agent/kafka/wire/messages/describe_groups.h"
#include "agent/kafka/wire/messages/list_offsets.h"
#include "agent/kafka/wire/messages/metadata.h"
#include "agent/kafka/wire/messages/offset_fetch.h"

namespace klaxon::kafka::wire {
namespace {

template <class Request>
std::string Body(const typename Request::Response& response) {
  return EncodeResponse<Request>(response, Request::kVersions.max, 1)
      .substr(kFrameLengthSize + sizeof(int32_t));
}

std::string Topic(int number) {
  return "orders.payments.v1-" + std::to_string(number);
}

template <class Request>
void Decode(benchmark::State& state, const std::string& body, int64_t items) {
  for (auto _ : state) {
    auto response = DecodeResponse<Request>(body, Request::kVersions.max);
    if (!response) {
      state.SkipWithError("malformed");
    }
    benchmark::DoNotOptimize(response);
  }
  state.SetItemsProcessed(state.iterations() * items);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(body.size()));
}

/// 250 groups of 100 partitions in 10 topics: one of four such answers of a poll at size L.
void OffsetFetch(benchmark::State& state) {
  OffsetFetchResponse response;
  response.groups.clear();
  for (int g = 0; g < 250; ++g) {
    auto& group = response.groups.emplace_back();
    group.id = "consumer-group-" + std::to_string(g);
    for (int t = 0; t < 10; ++t) {
      auto& topic = group.topics.emplace_back();
      topic.name = Topic(t);
      for (int32_t p = 0; p < 10; ++p) {
        topic.partitions.push_back({.index = p, .committed_offset = 1'000'000'007});
      }
    }
  }
  Decode<OffsetFetchRequest>(state, Body<OffsetFetchRequest>(response), 25'000);
}

BENCHMARK(OffsetFetch);

/// 10,000 partitions in 1,000 topics: the one such answer of a poll at size L.
void ListOffsets(benchmark::State& state) {
  ListOffsetsResponse response;
  for (int t = 0; t < 1000; ++t) {
    auto& topic = response.topics.emplace_back();
    topic.name = Topic(t);
    for (int32_t p = 0; p < 10; ++p) {
      topic.partitions.push_back({.index = p, .offset = 1'000'000'007, .leader_epoch = 3});
    }
  }
  Decode<ListOffsetsRequest>(state, Body<ListOffsetsRequest>(response), 10'000);
}

BENCHMARK(ListOffsets);

void Metadata(benchmark::State& state) {
  MetadataResponse response;
  for (int t = 0; t < 1000; ++t) {
    auto& topic = response.topics.emplace_back();
    topic.name = Topic(t);
    for (int32_t p = 0; p < 10; ++p) {
      topic.partitions.push_back(
          {.index = p, .leader = 1, .replicas = {1, 2, 3}, .in_sync = {1, 2, 3}});
    }
  }
  Decode<MetadataRequest>(state, Body<MetadataRequest>(response), 10'000);
}

BENCHMARK(Metadata);

/// 250 groups of 3 members: one of four such answers of a poll at size L. Items are members.
void DescribeGroups(benchmark::State& state) {
  DescribeGroupsResponse response;
  for (int g = 0; g < 250; ++g) {
    auto& group = response.groups.emplace_back();
    group.id = "consumer-group-" + std::to_string(g);
    group.state = "Stable";
    group.protocol_type = "consumer";
    group.protocol = "range";
    for (int m = 0; m < 3; ++m) {
      group.members.push_back(
          {.member_id = "consumer-client-1-f6b91adb-9655-4c4c-b091-98b961b76e67",
           .client_id = "consumer-client-1",
           .client_host = "/10.0.0.1",
           .metadata{std::string(200, 'm')},
           .assignment{std::string(400, 'a')}});
    }
  }
  Decode<DescribeGroupsRequest>(state, Body<DescribeGroupsRequest>(response), 750);
}

BENCHMARK(DescribeGroups);

}  // namespace
}  // namespace klaxon::kafka::wire
