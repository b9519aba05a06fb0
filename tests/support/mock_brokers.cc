#include "tests/support/mock_brokers.h"

#include <array>

#include <catch2/catch_test_macros.hpp>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

namespace klaxon::testing {
namespace {

constexpr int kPatienceMs = 20'000;

rd_kafka_t* MakeProducer(const std::string& bootstrap) {
  std::array<char, 512> wrong{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "log_level", "0", wrong.data(), wrong.size());
  rd_kafka_conf_set(conf, "linger.ms", "0", wrong.data(), wrong.size());
  if (!bootstrap.empty()) {
    rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), wrong.data(), wrong.size());
  }
  return rd_kafka_new(RD_KAFKA_PRODUCER, conf, wrong.data(), wrong.size());
}

}  // namespace

struct MockBrokers::Impl {
  rd_kafka_t* host = nullptr;  // the brokers live in it
  rd_kafka_mock_cluster_t* cluster = nullptr;
  rd_kafka_t* producer = nullptr;
  int brokers = 0;
};

MockBrokers::MockBrokers(int brokers) : impl_(std::make_unique<Impl>()) {
  impl_->brokers = brokers;
  impl_->host = MakeProducer("");
  impl_->cluster = rd_kafka_mock_cluster_new(impl_->host, brokers);
  REQUIRE(impl_->cluster != nullptr);
  impl_->producer = MakeProducer(rd_kafka_mock_cluster_bootstraps(impl_->cluster));
}

MockBrokers::~MockBrokers() {
  rd_kafka_destroy(impl_->producer);
  rd_kafka_mock_cluster_destroy(impl_->cluster);
  rd_kafka_destroy(impl_->host);
}

std::vector<HostPort> MockBrokers::bootstrap() const {
  std::vector<HostPort> addresses;
  const std::string text = rd_kafka_mock_cluster_bootstraps(impl_->cluster);
  for (const std::string_view each : Split(text, ',')) {
    addresses.push_back(*ParseHostPort(each));
  }
  return addresses;
}

void MockBrokers::CreateTopic(const std::string& topic, int partitions) {
  REQUIRE(rd_kafka_mock_topic_create(impl_->cluster, topic.c_str(), partitions, 1) ==
          RD_KAFKA_RESP_ERR_NO_ERROR);
}

void MockBrokers::Write(const std::string& topic, int32_t partition, const Record& record) {
  rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
  for (const Header& header : record.headers) {
    rd_kafka_header_add(headers, header.name.c_str(), -1,
                        header.value ? header.value->data() : nullptr,
                        header.value ? static_cast<ssize_t>(header.value->size()) : 0);
  }
  const auto bytes = [](rd_kafka_vtype_t type, const std::optional<std::string>& text) {
    rd_kafka_vu_t field{.vtype = type, .u = {}};
    field.u.mem.ptr = text ? const_cast<char*>(text->data()) : nullptr;  // NOLINT: it is copied
    field.u.mem.size = text ? text->size() : 0;
    return field;
  };
  rd_kafka_vu_t at_topic{.vtype = RD_KAFKA_VTYPE_TOPIC, .u = {}};
  at_topic.u.cstr = topic.c_str();
  rd_kafka_vu_t at_partition{.vtype = RD_KAFKA_VTYPE_PARTITION, .u = {}};
  at_partition.u.i32 = partition;
  rd_kafka_vu_t with_headers{.vtype = RD_KAFKA_VTYPE_HEADERS, .u = {}};
  with_headers.u.headers = headers;
  rd_kafka_vu_t copying{.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u = {}};
  copying.u.i = RD_KAFKA_MSG_F_COPY;
  const std::array fields{at_topic,
                          at_partition,
                          bytes(RD_KAFKA_VTYPE_VALUE, record.value),
                          bytes(RD_KAFKA_VTYPE_KEY, record.key),
                          with_headers,
                          copying};
  REQUIRE(rd_kafka_produceva(impl_->producer, fields.data(), fields.size()) == nullptr);
  REQUIRE(rd_kafka_flush(impl_->producer, kPatienceMs) == RD_KAFKA_RESP_ERR_NO_ERROR);
}

void MockBrokers::RefuseTopic(const std::string& topic, int code) {
  rd_kafka_mock_topic_set_error(impl_->cluster, topic.c_str(),
                                static_cast<rd_kafka_resp_err_t>(code));
}

void MockBrokers::Stop() {
  for (int32_t id = 1; id <= impl_->brokers; ++id) {
    rd_kafka_mock_broker_set_down(impl_->cluster, id);
  }
}

}  // namespace klaxon::testing
