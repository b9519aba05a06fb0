// What the simulator itself costs at size L, so that it can be taken off what a client is measured
// at.
#include <benchmark/benchmark.h>

#include "agent/kafka/wire/messages/describe_groups.h"
#include "agent/kafka/wire/messages/list_offsets.h"
#include "agent/kafka/wire/messages/metadata.h"
#include "agent/kafka/wire/messages/offset_fetch.h"
#include "agent/simulator/dispatch.h"

namespace klaxon::simulator {
namespace {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace)

constexpr size_t kGroupsARequest = 250;

const Instant kStart{.wall = WallTime(std::chrono::seconds{1'800'000'000}),
                     .mono = MonoTime(std::chrono::seconds{1'000})};

const ClusterState& State() {
  static const ClusterState state = Build(SizeL(), kStart);
  return state;
}

template <RequestMessage Request>
void Answer(benchmark::State& bench, const Request& request) {
  const std::string frame = EncodeRequest(request, Request::kVersions.max, 1, "bench");
  const Faults faults;
  const VersionCaps caps;
  const LoginRules open;
  Login login(open);
  const BrokerRole role{.state = State(),
                        .broker = State().brokers.front(),
                        .faults = faults,
                        .caps = caps,
                        .login = login};
  size_t bytes = 0;
  for (auto _ : bench) {
    std::string_view body = std::string_view(frame).substr(kFrameLengthSize);
    const Result<RequestHeader> header = TakeRequestHeader(body);
    bytes += AnswerRequest(role, *header, body).frame.size();
  }
  bench.SetBytesProcessed(static_cast<int64_t>(bytes));
}

void MetadataOfAll(benchmark::State& bench) {
  Answer(bench, MetadataRequest{});
}

void OffsetFetchOf250Groups(benchmark::State& bench) {
  OffsetFetchRequest request;
  request.groups.clear();
  for (size_t i = 0; i < kGroupsARequest; ++i) {
    request.groups.push_back({.id = State().groups[i].name});
  }
  Answer(bench, request);
}

void DescribeGroups250(benchmark::State& bench) {
  DescribeGroupsRequest request;
  for (size_t i = 0; i < kGroupsARequest; ++i) {
    request.groups.push_back(State().groups[i].name);
  }
  Answer(bench, request);
}

void ListOffsetsOf10000(benchmark::State& bench) {
  ListOffsetsRequest request;
  for (const Topic& topic : State().topics) {
    auto& asked = request.topics.emplace_back();
    asked.name = topic.name;
    for (size_t i = 0; i < topic.partitions.size(); ++i) {
      asked.partitions.push_back({.index = static_cast<int32_t>(i)});
    }
  }
  Answer(bench, request);
}

void AdvanceOneStep(benchmark::State& bench) {
  ClusterState state = State();
  Instant now = kStart;
  for (auto _ : bench) {
    now.mono += state.timings.step;
    now.wall += std::chrono::duration_cast<WallTime::duration>(state.timings.step);
    Advance(state, now);
  }
}

BENCHMARK(MetadataOfAll)->Unit(benchmark::kMillisecond);
BENCHMARK(OffsetFetchOf250Groups)->Unit(benchmark::kMillisecond);
BENCHMARK(DescribeGroups250)->Unit(benchmark::kMillisecond);
BENCHMARK(ListOffsetsOf10000)->Unit(benchmark::kMillisecond);
BENCHMARK(AdvanceOneStep)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace klaxon::simulator
