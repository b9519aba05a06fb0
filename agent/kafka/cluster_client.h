#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/base/text.h"
#include "agent/kafka/wire/message.h"

namespace klaxon::kafka {

/// "Whichever broker is at hand": a connected one, else any that can be reached.
constexpr int32_t kAnyBroker = -1;

/// One request to one broker and, after ClusterClient::Exchange, what became of it.
/// Confined to the thread that calls Exchange, and to the client while Exchange runs.
class Call {
 public:
  explicit Call(int32_t broker) : broker_(broker) {}

  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  virtual ~Call() = default;

  /// The broker asked, or kAnyBroker.
  int32_t broker() const { return broker_; }

  /// When the request was handed to the socket: what it tells was true then or later.
  const std::optional<Instant>& sent_at() const { return sent_at_; }

  /// The broker that answered; kAnyBroker if none did, or if it was a bootstrap address.
  int32_t answered_by() const { return answered_by_; }

  virtual wire::ApiKey api() const = 0;
  virtual wire::VersionRange versions() const = 0;

  /// The whole frame. REQUIRES: version within versions().
  virtual std::string Encode(int16_t version, int32_t correlation_id,
                             std::string_view client_id) const = 0;

  /// Takes the answer's body (after the correlation id). Error: kBadAnswer, it is malformed; also
  /// what response() holds then, until Fail says more.
  virtual Result<void> Answer(std::string_view body, int16_t version) = 0;

  virtual void Fail(Error error) = 0;

  void MarkSent(const Instant& at) { sent_at_ = at; }

  void MarkAnswered(int32_t broker) { answered_by_ = broker; }

 private:
  int32_t broker_;
  int32_t answered_by_ = kAnyBroker;
  std::optional<Instant> sent_at_{};
};

template <wire::RequestMessage Request>
class CallOf final : public Call {
 public:
  CallOf(int32_t broker, Request request) : Call(broker), request_(std::move(request)) {}

  const Request& request() const { return request_; }

  /// The answer, or why there is none: kTimeout, kUnreachable, kUnauthorized, kUnsupported (the
  /// broker does not speak any version that we do), kBadAnswer, kCancelled. Error codes inside the
  /// answer are not looked at.
  const Result<typename Request::Response>& response() const { return response_; }

  /// The same, to be moved out of: answers can be megabytes.
  Result<typename Request::Response>& response() { return response_; }

  wire::ApiKey api() const override { return Request::kApiKey; }

  wire::VersionRange versions() const override { return Request::kVersions; }

  std::string Encode(int16_t version, int32_t correlation_id,
                     std::string_view client_id) const override {
    return wire::EncodeRequest(request_, version, correlation_id, client_id);
  }

  Result<void> Answer(std::string_view body, int16_t version) override {
    response_ = wire::DecodeResponse<Request>(body, version);
    return response_ ? Result<void>() : response_.error();
  }

  void Fail(Error error) override { response_ = std::move(error); }

 private:
  Request request_;
  Result<typename Request::Response> response_ = Error(Reason::kInternal, "never sent");
};

/// A broker's address as it advertises itself.
struct BrokerAddress {
  int32_t id = -1;
  HostPort address{};

  friend bool operator==(const BrokerAddress&, const BrokerAddress&) = default;
};

/// The seam to a Kafka cluster: requests to many brokers at once. Read-only: no message that writes
/// exists. One owner thread calls it; implementations bring their own I/O thread.
class ClusterClient {
 public:
  ClusterClient() = default;
  ClusterClient(const ClusterClient&) = delete;
  ClusterClient& operator=(const ClusterClient&) = delete;
  virtual ~ClusterClient() = default;

  /// Sends every call to its broker, all of them together (calls to one broker are pipelined in
  /// order), and returns when each has an answer or an error; at `deadline` at the latest, and soon
  /// after `stop` is requested. A broker that missed an earlier deadline is only probed in the
  /// background until it answers again; calls to it fail at once with kTimeout.
  virtual void Exchange(std::span<Call* const> calls, MonoTime deadline,
                        const std::stop_token& stop) = 0;

  /// The brokers of the newest Metadata. Connections to others are closed.
  virtual void SetBrokers(std::vector<BrokerAddress> brokers) = 0;

  /// The newest version that both sides speak of an API at a broker (kAnyBroker: at any that told
  /// its versions); empty: none, or not known yet.
  virtual std::optional<int16_t> VersionAt(int32_t broker, wire::ApiKey api,
                                           wire::VersionRange ours) const = 0;
};

}  // namespace klaxon::kafka
