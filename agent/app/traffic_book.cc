#include "agent/app/traffic_book.h"

#include <utility>

namespace klaxon::app {
namespace {

using kafka::wire::Traffic;

void Add(const Traffic& from, Traffic& to) {
  for (const auto& [api, count] : from.requests) {
    to.requests[api].sent += count.sent;
    to.requests[api].answered += count.answered;
    to.requests[api].failed += count.failed;
  }
  to.bytes_sent += from.bytes_sent;
  to.bytes_received += from.bytes_received;
  to.connections_opened += from.connections_opened;
}

}  // namespace

/// A wire client that tells the book when it comes and goes.
class TrafficBook::CountedClient final : public kafka::ClusterClient {
 public:
  CountedClient(const kafka::wire::ClientOptions& options, Clock& clock, TrafficBook& book)
      : cluster(options.cluster), client(options, clock), book_(book) {
    book_.Enter(this);
  }

  CountedClient(const CountedClient&) = delete;
  CountedClient& operator=(const CountedClient&) = delete;

  ~CountedClient() override { book_.Leave(this); }

  void Exchange(std::span<kafka::Call* const> calls, MonoTime deadline,
                const std::stop_token& stop) override {
    client.Exchange(calls, deadline, stop);
  }

  void SetBrokers(std::vector<kafka::BrokerAddress> brokers) override {
    client.SetBrokers(std::move(brokers));
  }

  std::optional<int16_t> VersionAt(int32_t broker, kafka::wire::ApiKey api,
                                   kafka::wire::VersionRange ours) const override {
    return client.VersionAt(broker, api, ours);
  }

  const std::string cluster;
  kafka::wire::Client client;

 private:
  TrafficBook& book_;
};

std::unique_ptr<kafka::ClusterClient> TrafficBook::MakeClient(
    const kafka::wire::ClientOptions& options, Clock& clock) {
  return std::make_unique<CountedClient>(options, clock, *this);
}

void TrafficBook::Enter(const CountedClient* client) {
  const Lock lock(mutex_);
  open_.emplace(client, client->cluster);
}

void TrafficBook::Leave(const CountedClient* client) {
  const Lock lock(mutex_);
  open_.erase(client);
  Add(client->client.Counts(), closed_[client->cluster]);
}

std::map<std::string, Traffic> TrafficBook::Totals() const {
  const Lock lock(mutex_);
  std::map<std::string, Traffic> totals = closed_;
  for (const auto& [client, cluster] : open_) {
    Add(client->client.Counts(), totals[cluster]);
  }
  return totals;
}

}  // namespace klaxon::app
