// Records what a real broker answers, for recorded_test: kafka_capture HOST:PORT PREFIX
// One line a request: API, version, and the body of the answer as hex. PREFIX is that of a load
// made with `kt load --new-protocol true`.
#include <cstdio>
#include <string>

#include <fmt/core.h>

#include "agent/kafka/wire/client.h"
#include "tests/kafka/every_message.h"

namespace klaxon::kafka::wire {
namespace {

/// Asks in one version only, and keeps the bytes of the answer.
template <RequestMessage Request>
class RawCall final : public Call {
 public:
  RawCall(Request request, int16_t version)
      : Call(kAnyBroker), request_(std::move(request)), version_(version) {}

  ApiKey api() const override { return Request::kApiKey; }

  VersionRange versions() const override { return {.min = version_, .max = version_}; }

  std::string Encode(int16_t version, int32_t id, std::string_view client_id) const override {
    return EncodeRequest(request_, version, id, client_id);
  }

  Result<void> Answer(std::string_view body, int16_t version) override {
    body_ = body;
    const auto response = DecodeResponse<Request>(body, version);
    failure_ = response ? "" : response.error().message();
    return {};
  }

  void Fail(Error error) override { failure_ = error.message(); }

  const std::string& body() const { return body_; }

  const std::string& failure() const { return failure_; }

 private:
  Request request_;
  int16_t version_;
  std::string body_{};
  std::string failure_ = "not asked";
};

class Recorder {
 public:
  explicit Recorder(const HostPort& broker)
      : client_({.cluster = "capture", .bootstrap = {broker}}, clock_) {}

  template <RequestMessage Request>
  void Record(const Request& request) {
    for (int16_t version = Request::kVersions.min; version <= Request::kVersions.max; ++version) {
      RawCall<Request> call(request, version);
      Call* const calls[] = {&call};
      client_.Exchange(calls, clock_.Now().mono + std::chrono::seconds{10}, {});
      if (!call.failure().empty()) {
        fmt::print(stderr, "{} {}: {}\n", Name(call.api()), version, call.failure());
      }
      fmt::print("{} {} ", Name(call.api()), version);
      for (const char byte : call.body()) {
        fmt::print("{:02x}", static_cast<uint8_t>(byte));
      }
      fmt::print("\n");
    }
  }

 private:
  SystemClock clock_{};
  Client client_;
};

void RecordAll(const HostPort& broker, char** arguments) {
  const std::string prefix = arguments[2];
  const std::string group = prefix + "-group-000";
  const std::string topic = prefix + "-001";
  Recorder recorder(broker);
  recorder.Record(
      ApiVersionsRequest{.client_software_name = "klaxon", .client_software_version = "1"});
  recorder.Record(MetadataRequest{.topics{{{.name = topic}}},
                                  .include_cluster_authorized_operations = true,
                                  .include_topic_authorized_operations = true});
  recorder.Record(DescribeClusterRequest{});
  recorder.Record(
      DescribeQuorumRequest{.topics = {{.name = kClusterMetadataTopic, .partitions = {{}}}}});
  recorder.Record(
      ListOffsetsRequest{.topics = {{.name = topic, .partitions = {{.index = 0}, {.index = 1}}}}});
  recorder.Record(ListGroupsRequest{});
  recorder.Record(DescribeGroupsRequest{.groups = {group}, .include_authorized_operations = true});
  recorder.Record(FindCoordinatorRequest{.keys = {group}});
  recorder.Record(OffsetFetchRequest{.groups = {{.id = group}}});
  recorder.Record(DescribeConfigsRequest{
      .resources = {{.name = topic, .keys{{"cleanup.policy", "retention.ms"}}}},
      .include_synonyms = true});
  recorder.Record(ConsumerGroupDescribeRequest{.groups = {prefix + "-group-001"},
                                               .include_authorized_operations = true});
}

}  // namespace
}  // namespace klaxon::kafka::wire

int main(int count, char** arguments) {
  if (count != 3) {
    fmt::print(stderr, "usage: kafka_capture HOST:PORT PREFIX\n");
    return 2;
  }
  const auto broker = klaxon::ParseHostPort(arguments[1]);
  if (!broker) {
    fmt::print(stderr, "{}\n", broker.error().message());
    return 2;
  }
  klaxon::kafka::wire::RecordAll(*broker, arguments);
  return 0;
}
