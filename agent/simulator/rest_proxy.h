#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"

namespace klaxon::simulator {

/// Whose REST proxy it looks like. No real one can be had for tests; shapes and statuses are those
/// of confluentinc/kafka-rest 8.5, of Karapace 6.2.0 as measured, and of strimzi-kafka-bridge.
enum class ProxyFlavour { kConfluent, kKarapace, kBridge };

/// What a proxy knows of its Kafka.
struct ProxyContent {
  std::string cluster_id{};
  std::vector<std::string> topics{};
  std::vector<int32_t> brokers{};
};

struct ProxyFaults {
  /// Nothing that needs Kafka is answered, as when brokers are frozen; with Karapace not even its
  /// health.
  bool hang = false;
  Duration delay{};            ///< every answer comes so much later
  int status = 0;              ///< not 0: what needs Kafka is this error ...
  int error_code = 0;          ///< ... with this code
  bool html = false;           ///< answers are a login page with status 200
  size_t cut_at = 0;           ///< not 0: bodies end after so many bytes: JSON that stops midway
  std::string content_type{};  ///< of what is JSON; empty: the right one
  bool pages = false;          ///< lists of v3 name a next page
  std::string under{};         ///< only paths that begin so hang, answer `status`, have pages
};

/// A Kafka REST proxy on 127.0.0.1. All members are thread-safe.
class RestProxy {
 public:
  /// Asked for each request.
  using Source = std::function<ProxyContent()>;

  struct Options {
    ProxyFlavour flavour = ProxyFlavour::kConfluent;
    bool v2 = true;       ///< api.v2.enable
    bool v3 = true;       ///< api.v3.enable; Confluent's only
    bool brokers = true;  ///< false: /brokers is on the blocklist
  };

  /// Answers from now on. Error: kUnreachable, no port can be had.
  static Result<std::unique_ptr<RestProxy>> Start(const Options& options, Source source);
  RestProxy(const RestProxy&) = delete;
  RestProxy& operator=(const RestProxy&) = delete;
  ~RestProxy();

  /// "http://127.0.0.1:PORT"
  const std::string& url() const;

  void SetFaults(const ProxyFaults& faults);

  /// Requests that came, those that hang included.
  uint64_t RequestCount() const;

 private:
  class Impl;
  explicit RestProxy(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::simulator
